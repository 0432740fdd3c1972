//! Telephone numbers in a cell that is meant for them.

/// The numbers in a cell, digits only: mobiles, land lines with or without area code, service numbers.
///
/// # Errors
/// The part that is no number.
///
/// ```
/// use tanzhao::tables::phones_in;
/// assert_eq!(phones_in("0421-2812345、139 0000 0001"), Ok(vec!["04212812345".into(), "13900000001".into()]));
/// assert!(phones_in("见附件").is_err());
/// ```
pub fn phones_in(text: &str) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    for part in text.split(['、', ',', '，', ';', '；', '/', '／', '\n', '|', '或']) {
        let mut digits = String::new();
        let mut other = false;
        for c in part.chars() {
            match c {
                '0'..='9' => digits.push(c),
                '０'..='９' => digits.extend(char::from_digit(c as u32 - '０' as u32, 10)),
                '-' | '－' | '—' | '–' | ' ' | '\u{3000}' | '(' | ')' | '（' | '）' | '+' | '.' => {}
                // A name in front of or behind the number.
                c if c.is_alphabetic() || matches!(c, ':' | '：') => {}
                _ => other = true,
            }
        }
        if digits.is_empty() && part.trim().is_empty() {
            continue;
        }
        let national = digits.strip_prefix("86").filter(|rest| is_mobile(rest)).unwrap_or(&digits);
        if other || !is_number(national) {
            // Two numbers with only a space between them.
            match spaced(part) {
                Some(several) => found.extend(several),
                None => return Err(part.trim().to_owned()),
            }
        } else {
            found.push(national.to_owned());
        }
    }
    found.dedup();
    Ok(found)
}

fn spaced(part: &str) -> Option<Vec<String>> {
    let numbers: Vec<String> = part
        .split_whitespace()
        .map(|word| word.chars().filter(char::is_ascii_digit).collect::<String>())
        .filter(|digits| !digits.is_empty())
        .collect();
    (numbers.len() > 1 && numbers.iter().all(|number| is_number(number))).then_some(numbers)
}

fn is_mobile(digits: &str) -> bool {
    digits.len() == 11 && matches!(digits.as_bytes(), [b'1', b'3'..=b'9', ..])
}

fn is_number(digits: &str) -> bool {
    is_mobile(digits)
        || (digits.starts_with('0') && (10..=12).contains(&digits.len()))
        || (matches!(digits.len(), 7 | 8) && !digits.starts_with('0'))
        || (digits.len() == 10 && (digits.starts_with("400") || digits.starts_with("800")))
        || (digits.len() == 5 && (digits.starts_with("12") || digits.starts_with('9')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_for_numbers() {
        let numbers = |text: &str| phones_in(text).map(|found| found.join(" "));
        assert_eq!(numbers("13900000001 13900000002"), Ok("13900000001 13900000002".into()));
        assert_eq!(numbers("+86 13900000001(王老师)"), Ok("13900000001".into()));
        assert_eq!(numbers("（0421）2812345"), Ok("04212812345".into()));
        assert_eq!(numbers("2812345/2812345"), Ok("2812345".into()));
        assert_eq!(numbers(""), Ok(String::new()));
        assert_eq!(numbers("1390000000"), Err("1390000000".into()));
        assert_eq!(numbers("无"), Err("无".into()));
    }
}
