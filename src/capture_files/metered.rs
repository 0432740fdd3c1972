//! A reader that stops when more came through than was agreed.

use std::{
    cell::Cell,
    fmt,
    io::{self, Read},
};

/// What may still be read; shared by all readers of one file.
#[derive(Debug)]
pub(super) struct Allowance(Cell<u64>);

impl Allowance {
    pub fn new(bytes: u64) -> Self {
        Self(Cell::new(bytes))
    }

    /// Begins anew with so many bytes.
    pub fn refill(&self, bytes: u64) {
        self.0.set(bytes);
    }
}

/// Counts what passes.
#[derive(Debug)]
pub(super) struct Metered<'a, R> {
    inner: R,
    allowance: &'a Allowance,
}

impl<'a, R: Read> Metered<'a, R> {
    pub fn new(inner: R, allowance: &'a Allowance) -> Self {
        Self { inner, allowance }
    }
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        match self.allowance.0.get().checked_sub(read as u64) {
            Some(left) => self.allowance.0.set(left),
            None => return Err(io::Error::other(TooMuch)),
        }
        Ok(read)
    }
}

/// The mark of the error that [`Metered`] gives.
#[derive(Debug)]
struct TooMuch;

impl fmt::Display for TooMuch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("more data than allowed")
    }
}

impl std::error::Error for TooMuch {}

/// Whether an error came from an allowance that ran out.
pub(super) fn is_bomb(error: &io::Error) -> bool {
    error.get_ref().and_then(|inner| inner.downcast_ref::<TooMuch>()).is_some()
}
