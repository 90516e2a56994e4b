//! From readings to the pixels of a line.

/// Lines of pixels, one a stretch without a gap. Readings that fall on one column of pixels become its least and its most:
/// a half hour at one reading a second has more of them than a screen has columns, and no peak must get lost.
pub(super) fn paths(points: impl Iterator<Item = Option<(i32, i32)>>) -> Vec<Vec<(i32, i32)>> {
    let (mut paths, mut path) = (Vec::new(), Column::default());
    for point in points {
        match point {
            Some((x, y)) => path.add(x, y),
            None => paths.extend(std::mem::take(&mut path).finished()),
        }
    }
    paths.extend(path.finished());
    paths
}

/// A line under way, and the column of pixels at its end.
#[derive(Default)]
struct Column {
    line: Vec<(i32, i32)>,
    /// Its x, the first, the lowest, the highest and the last y.
    now: Option<(i32, [i32; 4])>,
}

impl Column {
    fn add(&mut self, x: i32, y: i32) {
        match &mut self.now {
            Some((at, [_, low, high, last])) if *at == x => (*low, *high, *last) = ((*low).min(y), (*high).max(y), y),
            _ => {
                self.close();
                self.now = Some((x, [y; 4]));
            }
        }
    }

    fn close(&mut self) {
        if let Some((x, ys)) = self.now.take() {
            let mut drawn: Vec<(i32, i32)> = ys.map(|y| (x, y)).to_vec();
            drawn.dedup();
            self.line.extend(drawn);
        }
    }

    fn finished(mut self) -> Option<Vec<(i32, i32)>> {
        self.close();
        (!self.line.is_empty()).then_some(self.line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_breaks_the_line() {
        let points = [Some((0, 5)), Some((1, 6)), None, None, Some((4, 7))];
        assert_eq!(paths(points.into_iter()), [vec![(0, 5), (1, 6)], vec![(4, 7)]]);
    }

    #[test]
    fn a_peak_between_two_pixels_is_kept() {
        let points = [(0, 50), (1, 50), (1, 3), (1, 48), (2, 50)].map(Some);
        let drawn = paths(points.into_iter());
        assert!(drawn[0].contains(&(1, 3)), "{drawn:?}");
        assert_eq!(drawn[0].last(), Some(&(2, 50)));
    }
}
