//! Three or four steps: percentages, averages, rates, times of day.

use super::super::words::FIRST_NAMES;
use crate::random::Random;

pub(super) fn problem(round: usize, random: &mut Random) -> (String, i64) {
    let problems = [coat, train, average, shift, recipe, savings, choir, stamps];
    problems[round % problems.len()](random)
}

fn coat(random: &mut Random) -> (String, i64) {
    let (price, off, delivery) = (random.between(3, 12) * 20, random.pick(&[5, 10, 15, 20, 25, 35]), random.between(4, 9));
    let text = format!(
        "A coat costs {price} euros. It is reduced by {off} %, and the delivery costs {delivery} euros. How many euros does one pay for the coat with its delivery?"
    );
    (text, price - price * off / 100 + delivery)
}

fn train(random: &mut Random) -> (String, i64) {
    let (fast, hours, slow) = (random.between(8, 12) * 10, random.between(2, 4), random.between(4, 6) * 10);
    let text = format!(
        "A train travels for {hours} hours at {fast} km/h and then for half an hour at {slow} km/h. How many kilometres does it travel?"
    );
    (text, fast * hours + slow / 2)
}

fn average(random: &mut Random) -> (String, i64) {
    let numbers: [i64; 3] = std::array::from_fn(|_| random.between(11, 40));
    let mean = random.between(20, 30);
    let fourth = 4 * mean - numbers.iter().sum::<i64>();
    let [a, b, c] = numbers;
    (format!("The average of four numbers is {mean}. Three of them are {a}, {b} and {c}. What is the fourth number?"), fourth)
}

fn shift(random: &mut Random) -> (String, i64) {
    let name = random.pick(&FIRST_NAMES);
    let (start, worked, pause) = (random.between(6, 9) * 60, random.between(200, 340), random.between(3, 9) * 5);
    let end = start + worked + pause;
    let text = format!(
        "{name} begins to work at {}:{:02} and stops at {}:{:02}, with one break of {pause} minutes. How many minutes did {name} work?",
        start / 60,
        start % 60,
        end / 60,
        end % 60
    );
    (text, worked)
}

fn recipe(random: &mut Random) -> (String, i64) {
    let name = random.pick(&FIRST_NAMES);
    // The answer is none of the problem's own numbers.
    let (cooks, cups) = (random.between(3, 4), random.between(3, 5));
    let people = cooks * random.between(3, 6);
    let text = format!(
        "A soup for {cooks} people needs {cups} cups of rice and 2 onions. {name} cooks it for {people} people. How many onions does {name} need?"
    );
    (text, people / cooks * 2)
}

fn savings(random: &mut Random) -> (String, i64) {
    let name = random.pick(&FIRST_NAMES);
    let (week, spends, goal) = (random.between(15, 30), random.between(3, 9), random.between(6, 14));
    let (saved, rest) = (week - spends, random.between(5, 40));
    let text = format!(
        "{name} gets {week} euros a week and spends {spends} of them; the rest is saved. {name} already has {rest} euros and wants a bicycle for {} euros. After how many weeks is there enough?",
        saved * goal + rest
    );
    (text, goal)
}

fn choir(random: &mut Random) -> (String, i64) {
    let (times, men) = (random.between(3, 6), random.between(5, 12));
    let text = format!(
        "In a choir there are {times} women for every man. There are {} people in the choir. How many women are there?",
        (times + 1) * men
    );
    (text, times * men)
}

fn stamps(random: &mut Random) -> (String, i64) {
    let [name, other] = random.distinct(&FIRST_NAMES);
    let (first, times) = (random.between(6, 15), random.between(2, 4));
    // As odd or even as what both have without it, so that the stamps can be shared out.
    let less = 2 + (first + first * times) % 2;
    let text = format!(
        "{name} has {first} stamps. {other} has {less} stamps less than {times} times as many. They put all their stamps together and share them out evenly. How many stamps does each of the two have then?"
    );
    (text, (first + first * times - less) / 2)
}
