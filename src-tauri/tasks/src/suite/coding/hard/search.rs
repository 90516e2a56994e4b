//! Intervals, grids and sums.

use std::collections::VecDeque;

use serde_json::json;

use super::Problem;
use crate::random::Random;

fn intervals(random: &mut Random, n: usize) -> Vec<[i64; 2]> {
    (0..n)
        .map(|_| {
            let start = random.between(0, 40);
            [start, start + random.between(1, 8)]
        })
        .collect()
}

pub(super) fn merged(random: &mut Random) -> Problem {
    let gap = random.between(1, 3);
    let mut lists = vec![vec![[8, 9], [1, 3], [3 + gap, 6 + gap]]];
    lists.extend((3..7).map(|n| intervals(random, n)));
    lists.extend([vec![], vec![[1, 2], [3 + gap, 4 + gap]], vec![[1, 20], [2, 3], [20 + gap, 30]]]);
    let merge = |list: &Vec<[i64; 2]>| {
        let mut sorted = list.clone();
        sorted.sort_unstable();
        let mut out: Vec<[i64; 2]> = Vec::new();
        for [start, end] in sorted {
            match out.last_mut() {
                Some(last) if start - last[1] <= gap => last[1] = last[1].max(end),
                _ => out.push([start, end]),
            }
        }
        out
    };
    let cases = lists.iter().map(|list| (vec![json!(list)], json!(merge(list)))).collect();
    Problem {
        signature: "merge(intervals)",
        specification: format!(
            "intervals is an unsorted list of [start, end] lists. Two intervals that overlap, or between whose end and start there is a gap of at most {gap}, become one. It returns the list of the intervals that are left, sorted by start."
        ),
        cases,
        solution: format!(
            "def merge(intervals):\n    out = []\n    for start, end in sorted(intervals):\n        if out and start - out[-1][1] <= {gap}:\n            out[-1][1] = max(out[-1][1], end)\n        else:\n            out.append([start, end])\n    return out\n"
        ),
    }
}

fn fewest_steps(grid: &[String]) -> Option<usize> {
    let cells: Vec<Vec<u8>> = grid.iter().map(|row| row.bytes().collect()).collect();
    let (height, width) = (cells.len(), cells.first()?.len());
    let mut steps = vec![vec![None; width]; height];
    let mut queue = VecDeque::from([(0usize, 0usize)]);
    steps[0][0] = Some(0);
    while let Some((y, x)) = queue.pop_front() {
        let so_far = steps[y][x]?;
        let next = [(y + 1, x), (y, x + 1), (y.wrapping_sub(1), x), (y, x.wrapping_sub(1))];
        for (y, x) in next {
            if y < height && x < width && cells[y][x] == b'.' && steps[y][x].is_none() {
                steps[y][x] = Some(so_far + 1);
                queue.push_back((y, x));
            }
        }
    }
    steps[height - 1][width - 1]
}

pub(super) fn steps(random: &mut Random) -> Problem {
    let mut grids: Vec<Vec<String>> = vec![vec!["..#".into(), ".#.".into(), "...".into()]];
    for size in [4, 5, 5, 6] {
        let mut grid: Vec<String> =
            (0..size).map(|_| (0..size).map(|_| if random.between(0, 9) < 3 { '#' } else { '.' }).collect()).collect();
        grid[0].replace_range(0..1, ".");
        grid[size - 1].replace_range(size - 1..size, ".");
        grids.push(grid);
    }
    grids.extend([
        vec![".".into()],
        vec![".#".into(), "#.".into()],
        vec![".#####.".into()],
        vec![".##.##.".into(), "#######".into(), ".......".into()],
    ]);
    let cases = grids.iter().map(|grid| (vec![json!(grid)], fewest_steps(grid).map_or(json!(-1), |steps| json!(steps)))).collect();
    Problem {
        signature: "steps(grid)",
        specification:
            "grid is a list of strings of equal length; \".\" is free, \"#\" is a wall. One starts at the top left and wants to reach the bottom right; both are free. A step goes to a free cell above, below, left or right. The function returns the smallest number of steps, 0 where the start is the end, or -1 if there is no way."
                .to_owned(),
        cases,
        solution:
            "from collections import deque\n\ndef steps(grid):\n    height, width = len(grid), len(grid[0])\n    seen = {(0, 0)}\n    queue = deque([(0, 0, 0)])\n    while queue:\n        y, x, n = queue.popleft()\n        if (y, x) == (height - 1, width - 1):\n            return n\n        for dy, dx in ((1, 0), (-1, 0), (0, 1), (0, -1)):\n            a, b = y + dy, x + dx\n            if 0 <= a < height and 0 <= b < width and grid[a][b] == \".\" and (a, b) not in seen:\n                seen.add((a, b))\n                queue.append((a, b, n + 1))\n    return -1\n"
                .to_owned(),
    }
}

pub(super) fn rooms(random: &mut Random) -> Problem {
    let mut lists = vec![vec![[1, 4], [4, 6], [5, 8]]];
    lists.extend((4..8).map(|n| intervals(random, n)));
    lists.extend([vec![], vec![[0, 5], [5, 9]], vec![[0, 5], [4, 9]]]);
    let needed = |list: &Vec<[i64; 2]>| {
        // The most rooms that are taken at once are needed.
        list.iter().map(|[start, _]| list.iter().filter(|[from, to]| from <= start && start < to).count()).max().unwrap_or(0)
    };
    let cases = lists.iter().map(|list| (vec![json!(list)], json!(needed(list)))).collect();
    Problem {
        signature: "rooms(meetings)",
        specification:
            "meetings is an unsorted list of [start, end] lists in whole minutes. A meeting may start in a room at the very minute when another one there ends. The function returns the smallest number of rooms in which all meetings can be held."
                .to_owned(),
        cases,
        solution:
            "def rooms(meetings):\n    return max((sum(1 for a, b in meetings if a <= start < b) for start, _ in meetings), default=0)\n"
                .to_owned(),
    }
}

pub(super) fn ways_to_pay(random: &mut Random) -> Problem {
    let more = random.between(8, 30);
    let asked = [
        (6, vec![1, 2, 5]),
        (10, vec![2, 5, 3]),
        (12, vec![1, 5, 10]),
        (0, vec![4]),
        (7, vec![4, 2]),
        (23, vec![1, 2, 5, 10]),
        (usize::try_from(more).unwrap_or(8), vec![3, 4, 5]),
    ];
    let ways = |amount: usize, coins: &[usize]| {
        let mut ways = vec![0u64; amount + 1];
        ways[0] = 1;
        for coin in coins {
            for sum in *coin..=amount {
                ways[sum] += ways[sum - coin];
            }
        }
        ways[amount]
    };
    let cases = asked.map(|(amount, coins)| {
        let ways = ways(amount, &coins);
        (vec![json!(amount), json!(coins)], json!(ways))
    });
    Problem {
        signature: "ways(amount, coins)",
        specification:
            "coins is a list of different values, each of which may be used as often as one likes. The function returns in how many ways the amount can be paid exactly. The order of the coins does not matter. There is one way to pay 0."
                .to_owned(),
        cases: cases.to_vec(),
        solution:
            "def ways(amount, coins):\n    ways = [1] + [0] * amount\n    for coin in coins:\n        for i in range(coin, amount + 1):\n            ways[i] += ways[i - coin]\n    return ways[amount]\n"
                .to_owned(),
    }
}
