//! The browser's debugging protocol (CDP) over a pair of pipes: JSON messages, each ended by a zero byte.
//!
//! # Why not a WebSocket crate
//! A debugging port on loopback would let every local user steer the browser, and a browser behind a port outlives a killed
//! parent. With pipes there is no port, and Chromium ends by itself when the other end closes, also after `kill -9`.

use super::RenderError;
use serde_json::{Value, json};
use std::{collections::VecDeque, os::fd::OwnedFd, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::unix::pipe,
};

/// The largest message taken from the browser; a finished document travels as one.
const MESSAGE_BYTES: usize = 96 << 20;

/// Both ends of the conversation.
pub(super) struct Wire {
    to: pipe::Sender,
    from: pipe::Receiver,
    buffer: Vec<u8>,
    /// Bytes of the buffer known to hold no end of message.
    scanned: usize,
    next_id: u64,
    /// Events that came while an answer was awaited.
    waiting: VecDeque<Event>,
}

/// Something the browser says unasked.
#[derive(Debug)]
pub(super) struct Event {
    pub method: String,
    pub params: Value,
    pub session: Option<String>,
}

enum Message {
    Event(Event),
    Answer { id: u64, result: Result<Value, String> },
}

impl Wire {
    pub fn new(to: OwnedFd, from: OwnedFd) -> std::io::Result<Self> {
        Ok(Self {
            to: pipe::Sender::from_owned_fd(to)?,
            from: pipe::Receiver::from_owned_fd(from)?,
            buffer: Vec::new(),
            scanned: 0,
            next_id: 0,
            waiting: VecDeque::new(),
        })
    }

    /// Sends a command and does not wait for its answer.
    pub async fn send(&mut self, session: Option<&str>, method: &str, params: Value) -> Result<u64, RenderError> {
        self.next_id += 1;
        let mut message = json!({"id": self.next_id, "method": method});
        message["params"] = params;
        if let Some(session) = session {
            message["sessionId"] = session.into();
        }
        let mut bytes = message.to_string().into_bytes();
        bytes.push(0);
        self.to.write_all(&bytes).await.map_err(|error| RenderError::Died(error.to_string()))?;
        Ok(self.next_id)
    }

    /// Sends a command and waits for its answer; events that come meanwhile are kept.
    pub async fn call(
        &mut self,
        session: Option<&str>,
        method: &str,
        params: Value,
        patience: Duration,
    ) -> Result<Value, RenderError> {
        let id = self.send(session, method, params).await?;
        let answer = async {
            loop {
                match self.message().await? {
                    Message::Answer { id: found, result } if found == id => {
                        return result.map_err(|message| RenderError::Refused { method: method.to_owned(), message });
                    }
                    Message::Answer { .. } => {}
                    Message::Event(event) => self.waiting.push_back(event),
                }
            }
        };
        tokio::time::timeout(patience, answer).await.unwrap_or(Err(RenderError::Stuck(patience)))
    }

    /// The next event; may be dropped and called again without losing one.
    pub async fn event(&mut self) -> Result<Event, RenderError> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Ok(event);
            }
            match self.message().await? {
                Message::Event(event) => return Ok(event),
                Message::Answer { result: Err(message), .. } => tracing::debug!(%message, "a browser command failed"),
                Message::Answer { .. } => {}
            }
        }
    }

    /// Forgets events of a page that is gone.
    pub fn forget_events(&mut self) {
        self.waiting.clear();
    }

    async fn message(&mut self) -> Result<Message, RenderError> {
        loop {
            if let Some(end) = self.buffer[self.scanned..].iter().position(|byte| *byte == 0) {
                let rest = self.buffer.split_off(self.scanned + end + 1);
                let mut bytes = std::mem::replace(&mut self.buffer, rest);
                bytes.pop();
                self.scanned = 0;
                if let Some(message) = understand(&bytes) {
                    return Ok(message);
                }
                tracing::debug!(bytes = bytes.len(), "an unreadable message of the browser is passed by");
                continue;
            }
            self.scanned = self.buffer.len();
            if self.buffer.len() > MESSAGE_BYTES {
                return Err(RenderError::TooLarge { limit: MESSAGE_BYTES });
            }
            // `read_buf` is cancel safe: what was read is in the buffer.
            match self.from.read_buf(&mut self.buffer).await {
                Ok(0) => return Err(RenderError::Died("it closed the connection".into())),
                Ok(_) => {}
                Err(error) => return Err(RenderError::Died(error.to_string())),
            }
        }
    }
}

fn understand(bytes: &[u8]) -> Option<Message> {
    let mut value: Value = serde_json::from_slice(bytes)
        .or_else(|_| serde_json::from_str(&without_lone_surrogates(&String::from_utf8_lossy(bytes))))
        .ok()?;
    if let Some(id) = value.get("id").and_then(Value::as_u64) {
        let result = match value.get("error") {
            Some(error) => Err(error.get("message").and_then(Value::as_str).unwrap_or("no reason").to_owned()),
            None => Ok(value["result"].take()),
        };
        return Some(Message::Answer { id, result });
    }
    Some(Message::Event(Event {
        method: value.get("method")?.as_str()?.to_owned(),
        session: value.get("sessionId").and_then(Value::as_str).map(str::to_owned),
        params: value["params"].take(),
    }))
}

/// Halves of a UTF-16 pair, which any script can put into a page and no JSON reader accepts, become U+FFFD.
fn without_lone_surrogates(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let unit = |text: &str| u16::from_str_radix(text.strip_prefix("\\u")?.get(..4)?, 16).ok();
        let taken = match unit(from) {
            Some(0xd800..=0xdbff) => {
                if matches!(from.get(6..).and_then(unit), Some(0xdc00..=0xdfff)) {
                    out.push_str(&from[..12]);
                    12
                } else {
                    out.push_str("\\ufffd");
                    6
                }
            }
            Some(0xdc00..=0xdfff) => {
                out.push_str("\\ufffd");
                6
            }
            // An escape of two characters at least, so that `\\ud800` stays a backslash and six letters.
            _ => {
                let length = from.chars().take(2).map(char::len_utf8).sum();
                out.push_str(&from[..length]);
                length
            }
        };
        rest = &from[taken..];
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_pair_does_not_break_a_message() {
        for (written, read) in [
            (r#""a\ud800b""#, "a\u{fffd}b"),
            (r#""\udc00\ud83d\ude00""#, "\u{fffd}😀"),
            (r#""\\ud800""#, "\\ud800"),
            (r#""\ud800\ud800\udc00""#, "\u{fffd}\u{10000}"),
            (r#""数\n学""#, "数\n学"),
        ] {
            let healed: String = serde_json::from_str(&without_lone_surrogates(written)).expect("JSON");
            assert_eq!(healed, read, "{written}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_understood_or_passed_by(bytes: Vec<u8>, text in "[\\\\ud8cf0-9\"數]{0,30}") {
            let _ = understand(&bytes);
            let _ = without_lone_surrogates(&text);
        }
    }
}
