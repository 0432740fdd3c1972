//! What must stand around a match for a rule to apply: the difference between a satellite and a WeChat id.

use super::{clear::Unit, digits::DigitTable, tables::Guard};
use std::ops::Range;

/// How near a teaching word must stand to turn initials into a subject, in characters.
const NEAR: usize = 12;
/// How many characters may stand between `薇` and the account name.
const CONNECTORS: usize = 6;

/// A text with what guards ask about it.
pub(super) struct Context<'a> {
    pub units: &'a [Unit],
    /// Where teaching words stand, in characters, sorted by start.
    pub teach: &'a [Range<usize>],
    pub digits: &'a DigitTable,
}

impl Context<'_> {
    /// Whether everything the guard asks for holds around `at`.
    pub fn allows(&self, guard: Guard, at: &Range<usize>) -> bool {
        (!guard.word || (self.ascii_edge_left(at) && self.ascii_edge_right(at)))
            && (!guard.left || self.ascii_edge_left(at))
            && (!guard.not_id || !self.inside_account(at))
            && (!guard.digits || self.number_follows(at.end))
            && (!guard.id || self.account_follows(at))
            && (!guard.contact || self.asked_to_add(at) || self.account_follows(at))
            && (!guard.teach || self.teaching_near(at))
    }

    fn ch(&self, index: usize) -> Option<char> {
        self.units.get(index).map(|unit| unit.ch)
    }

    fn before(&self, index: usize) -> Option<char> {
        index.checked_sub(1).and_then(|previous| self.ch(previous))
    }

    fn ascii_edge_left(&self, at: &Range<usize>) -> bool {
        !self.ch(at.start).is_some_and(is_account_char) || !self.before(at.start).is_some_and(is_account_char)
    }

    fn ascii_edge_right(&self, at: &Range<usize>) -> bool {
        !self.before(at.end).is_some_and(is_account_char) || !self.ch(at.end).is_some_and(is_account_char)
    }

    /// Whether the match is (part of) an account name: glued to one, or just after a word that announces one.
    fn inside_account(&self, at: &Range<usize>) -> bool {
        let glued = |ch: Option<char>| ch.is_some_and(|ch| is_account_char(ch) || ch == '-' || ch == '@');
        if glued(self.before(at.start)) || glued(self.ch(at.end)) {
            return true;
        }
        let mut index = at.start;
        while let Some(ch) = self.before(index).filter(|&ch| is_connector(ch)) {
            if at.start - index >= CONNECTORS || ch == '+' {
                break;
            }
            index -= 1;
        }
        // `信` closes 微信 and its sound-alikes, `q` closes qq.
        self.before(index)
            .is_some_and(|ch| matches!(ch, '信' | '薇' | '徽' | '威' | '❤' | '星' | '芯' | 'v' | 'q' | '泡'))
            || (self.before(index) == Some('x') && index >= 2 && matches!(self.ch(index - 2), Some('v' | 'w')))
    }

    fn number_follows(&self, end: usize) -> bool {
        let start = self.skip_connectors(end);
        self.digits.run(self.units, start).digits >= 5
    }

    fn account_follows(&self, at: &Range<usize>) -> bool {
        let start = self.skip_connectors(at.end);
        // `vx` directly before letters may be the beginning of another word.
        if start == at.end
            && self.before(start).is_some_and(|ch| ch.is_ascii_alphabetic())
            && self.ch(start).is_some_and(|ch| ch.is_ascii_alphabetic() || ch == '_')
        {
            return false;
        }
        if self.ch(start).is_some_and(|ch| ch.is_ascii_lowercase()) {
            let name =
                self.units[start..].iter().map(|unit| unit.ch).take_while(|&ch| is_account_char(ch) || ch == '-');
            // After a mere `v` or a star a plain word is more likely English than an account.
            let weak = at.len() <= 2
                && self.ch(at.start).is_some_and(|ch| matches!(ch, 'v' | '🌟' | '⭐' | '💬' | '微' | '徽' | '威'))
                && !self.units[at.start..start].iter().any(|unit| matches!(unit.ch, ':' | '号'));
            return name.clone().count() >= 5 && (!weak || name.into_iter().any(|ch| !ch.is_ascii_alphabetic()));
        }
        self.digits.run(self.units, start).digits >= 5
    }

    /// Whether 加, 私, + or the like goes before.
    fn asked_to_add(&self, at: &Range<usize>) -> bool {
        let mut index = at.start;
        while index > 0 && at.start - index < 2 && self.before(index) == Some(' ') {
            index -= 1;
        }
        self.before(index).is_some_and(|ch| matches!(ch, '加' | '+' | '➕' | '私' | '滴' | '添' | '系' | '询' | '留'))
    }

    fn teaching_near(&self, at: &Range<usize>) -> bool {
        let (low, high) = (at.start.saturating_sub(NEAR), at.end + NEAR);
        let first = self.teach.partition_point(|cue| cue.start < low);
        self.teach[first..]
            .iter()
            .take_while(|cue| cue.start < high)
            .any(|cue| cue.end <= at.start || cue.start >= at.end)
    }

    fn skip_connectors(&self, from: usize) -> usize {
        let limit = from + CONNECTORS;
        let mut index = from;
        while index < limit && self.ch(index).is_some_and(is_connector) {
            index += 1;
        }
        index
    }
}

fn is_account_char(ch: char) -> bool {
    ch.is_ascii_alphanumeric() || ch == '_'
}

fn is_connector(ch: char) -> bool {
    matches!(
        ch,
        ' ' | ':'
            | '号'
            | '是'
            | '='
            | '('
            | ')'
            | '+'
            | '➕'
            | '→'
            | '➡'
            | '>'
            | '我'
            | '群'
            | '▸'
            | '"'
            | '“'
            | '「'
            | '👉'
    )
}
