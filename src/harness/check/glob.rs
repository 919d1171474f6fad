//! Whether two patterns can match the same text.

/// `text` with `*` in place of each `${…}`.
pub(super) fn without_variables(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        plain.push_str(before);
        plain.push('*');
        rest = after.split_once('}').map_or("", |(_, rest)| rest);
    }
    plain + rest
}

/// `*` is any number of letters, `?` is one.
pub(super) fn overlap(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    // Which ends of `other` can go with the part of `one` that was read.
    let mut reached = vec![false; other.len() + 1];
    if let Some(first) = reached.first_mut() {
        *first = true;
    }
    skip_stars(&mut reached, &other);
    for letter in one {
        let mut next = vec![false; other.len() + 1];
        if letter == '*' {
            let mut any = false;
            for (to, from) in next.iter_mut().zip(&reached) {
                any |= *from;
                *to = any;
            }
        } else {
            for (place, wanted) in
                other.iter().enumerate().filter(|(place, _)| reached.get(*place) == Some(&true))
            {
                let to = match *wanted {
                    '*' => place,
                    wanted if wanted == '?' || letter == '?' || wanted == letter => place + 1,
                    _ => continue,
                };
                next.get_mut(to).into_iter().for_each(|slot| *slot = true);
            }
        }
        skip_stars(&mut next, &other);
        reached = next;
    }
    reached.last() == Some(&true)
}

fn skip_stars(reached: &mut [bool], other: &[char]) {
    for (place, letter) in other.iter().enumerate() {
        if *letter == '*' && reached.get(place) == Some(&true) {
            reached.get_mut(place + 1).into_iter().for_each(|slot| *slot = true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_overlap_where_a_text_fits_both() {
        for (one, other, expected) in [
            ("arn:*:s3:::*/*", "arn:aws:s3:::b", false),
            ("arn:*:s3:::*/*", "arn:aws:s3:::b/*", true),
            ("arn:*:s3:::*/*", "arn:aws:s3:::b*", true),
            ("a*b", "*c", false),
            ("a?", "*b", true),
            ("", "*", true),
            ("a", "", false),
        ] {
            assert_eq!(overlap(one, other), expected, "{one} {other}");
            assert_eq!(overlap(other, one), expected, "{other} {one}");
        }
        assert_eq!(without_variables("a${b}c${d"), "a*c*");
    }
}
