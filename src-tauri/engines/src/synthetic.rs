//! Prompts of a fixed size that no cache knows, for engines that take text and not tokens.

/// Short common English words: each is one token, with its leading space, in the vocabularies of the usual model families.
const WORDS: &str = "
    able acid acre aged also area army away baby back ball band bank base bath bear beat been beer bell
    belt best bill bird blow blue boat body bond bone book boom born boss both bowl bulk burn bush busy
    call calm came camp card care case cash cast cell chat chip city club coal coat code cold come cook
    cool cope copy core cost crew crop dark data date dawn days dead deal dear debt deep deny desk dial
    diet disk does done door dose down draw drew drop dual dust duty each earn ease east easy edge else
    even ever exit face fact fail fair fall farm fast fate fear feed feel feet fell felt file fill film
    find fine fire firm fish five flat flow food foot form fort four free from fuel full fund gain game
    gate gave gear gift girl give glad goal goes gold golf gone good gray grew grey grow gulf hair half
    hall hand hang hard harm have head hear heat held help here hero high hill hire hold hole holy home
    hope host hour huge hung hunt hurt idea inch into iron item join jump jury just keen keep kept kick
    kind king knee knew know lack lady laid lake land lane last late lead left less life lift like line
    link list live load loan lock logo long look lord lose loss lost love luck made mail main make male
    many mark mass meal mean meat meet menu mere mile milk mill mind mine miss mode";

/// Words in [`WORDS`]: one byte of a seed picks exactly one.
const WORD_COUNT: usize = 256;

/// A small deterministic generator (SplitMix64; Steele, Lea and Flood 2014). Its output function is a bijection, so that
/// distinct seeds never give the same first value.
#[derive(Debug, Clone)]
pub(crate) struct SplitMix(u64);

impl SplitMix {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Uniform in 0..1.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// About normal with mean 0 and deviation 1 (the sum of twelve uniform values less six): it never leaves ±6.
    pub(crate) fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }
}

/// About `tokens` tokens of random words, a word a token. The first eight words spell the seed, so that no two seeds share a
/// beginning that a prompt cache could serve; a prompt below eight tokens holds as much of it as fits.
pub(crate) fn words(tokens: u32, seed: u64) -> String {
    let table: Vec<&str> = WORDS.split_whitespace().collect();
    let mut random = SplitMix::new(seed);
    let mut text = String::with_capacity(tokens as usize * 5);
    let mut bits = [0_u8; 8];
    for index in 0..tokens as usize {
        if index % bits.len() == 0 {
            bits = random.next().to_le_bytes();
        }
        if index > 0 {
            text.push(' ');
        }
        text.push_str(table[usize::from(bits[index % bits.len()]) % WORD_COUNT]);
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_byte_picks_its_own_word() {
        let table: HashSet<&str> = WORDS.split_whitespace().collect();
        assert_eq!(table.len(), WORD_COUNT, "the first eight words spell the seed only if no word stands twice");
    }

    #[test]
    fn a_prompt_has_a_word_for_each_token() {
        for tokens in [0, 1, 7, 8, 9, 128, 512] {
            assert_eq!(words(tokens, 3).split_whitespace().count(), tokens as usize);
        }
    }

    #[test]
    fn no_two_seeds_share_their_first_eight_words() {
        let mut seen = HashSet::new();
        for seed in 0..10_000 {
            assert!(seen.insert(words(8, seed)), "seed {seed} begins like an earlier one: a cache could serve it");
        }
    }

    #[test]
    fn a_seed_gives_the_same_prompt_again() {
        assert_eq!(words(64, 42), words(64, 42), "a trial can be repeated only if its prompt can");
    }

    #[test]
    fn the_normal_noise_has_mean_zero_and_deviation_one() {
        let mut random = SplitMix::new(1);
        let values: Vec<f64> = (0..10_000).map(|_| random.normal()).collect();
        let mean = values.iter().sum::<f64>() / 10_000.0;
        let deviation = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / 10_000.0).sqrt();
        assert!(mean.abs() < 0.05 && (deviation - 1.0).abs() < 0.05, "mean {mean}, deviation {deviation}");
    }
}
