//! Names that are a few letters from another one.

/// The names that are near enough to `name` to be meant, at most three, nearest first.
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let limit = (name.chars().count() / 4).clamp(1, 3);
    let scored = known.map(|candidate| (edit_distance(name, candidate), candidate));
    let mut scored: Vec<_> = scored.filter(|(steps, _)| *steps <= limit).collect();
    scored.sort_unstable();
    scored.dedup();
    scored.into_iter().take(3).map(|(_, candidate)| candidate).collect()
}

/// Edits from one name to the other, letters compared without case.
pub fn edit_distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    // A name much longer than any element is near to none.
    for (line, letter) in from.to_lowercase().chars().take(64).enumerate() {
        let mut diagonal = line;
        let mut left = line + 1;
        let mut next = vec![left];
        for (above, wanted) in row.iter().skip(1).zip(&to) {
            let change = diagonal + usize::from(letter != *wanted);
            left = change.min(*above + 1).min(left + 1);
            diagonal = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or(usize::MAX)
}
