//! What can be wrong with a file or with one record of it. Analysts read these sentences, so they are in Chinese.

use crate::evidence::DecodeError;
use std::io;

/// One record that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// No HTTP answer in the record.
    #[error("记录中没有完整的 HTTP 响应头，应以“HTTP/1.1 200 OK”一类的行开头")]
    Head,
    /// The chunks of the body do not add up.
    #[error("分块传输的正文不完整：第 {at} 字节处应为块长度")]
    Chunks {
        /// Where in the body, in bytes.
        at: usize,
    },
    /// The body's content coding.
    #[error("正文无法解码：{0}")]
    Body(#[from] DecodeError),
    /// The stated digest is another one.
    #[error("内容与记录中的摘要 {stated} 不符")]
    Digest {
        /// The digest in the file.
        stated: String,
    },
    /// Larger than allowed.
    #[error("超过 {limit} 字节的上限")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// The stated length leads into the middle of something else.
    #[error("记录的长度字段不实：其后应是下一条记录")]
    Length,
    /// One response over several records.
    #[error("响应被拆成多条记录（分段），不支持")]
    Segmented,
    /// A HAR entry that is not what HAR 1.2 says.
    #[error("条目的 {field} 字段：发现 {found}，应为 {expected}")]
    Entry {
        /// The field's path.
        field: &'static str,
        /// What stands there.
        found: String,
        /// What should.
        expected: &'static str,
    },
    /// The base64 of a body.
    #[error("base64 内容已损坏")]
    Base64,
    /// A saved page that does not say where it came from.
    #[error("没有注明网址：应有浏览器写入的“saved from url”注释、canonical 链接、og:url 或 Snapshot-Content-Location")]
    NoAddress,
    /// The address is not one of the web.
    #[error("网址 `{found}` 不是 http 或 https 地址")]
    Address {
        /// As found.
        found: String,
    },
}

/// A file that cannot be read, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// Nothing in it.
    #[error("文件是空的（0 字节）")]
    Empty,
    /// Not a recording.
    #[error("无法识别的格式（开头为 `{found}`），应为 HAR、WARC、WACZ、HTML 或 MHTML")]
    Unknown {
        /// The first characters.
        found: String,
    },
    /// The disk.
    #[error("读取失败：{0}")]
    Read(#[source] io::Error),
    /// The compressed data are damaged or cut short.
    #[error("第 {record} 条记录处压缩数据损坏或被截断：{source}")]
    Stream {
        /// Records begun.
        record: usize,
        /// What the decoder said.
        source: io::Error,
    },
    /// The file ends inside a record.
    #[error("文件在第 {record} 条记录中间结束")]
    CutShort {
        /// Which record, from 1.
        record: usize,
    },
    /// A record does not begin where it should.
    #[error("第 {record} 条记录：发现 `{found}`，应以 WARC/1.0 或 WARC/1.1 开头")]
    NoRecord {
        /// Which record, from 1.
        record: usize,
        /// What stands there.
        found: String,
    },
    /// A record's header.
    #[error("第 {record} 条记录的头部：{problem}")]
    Header {
        /// Which record, from 1.
        record: usize,
        /// What is wrong.
        problem: String,
    },
    /// More data than a recording of this size holds.
    #[error("解压后超过 {limit} 字节的上限，疑似压缩炸弹")]
    Bomb {
        /// The limit in bytes.
        limit: u64,
    },
    /// One entry or the file is too large to be taken into memory.
    #[error("{what}超过 {limit} 字节的上限")]
    TooLarge {
        /// What is too large.
        what: String,
        /// The limit in bytes.
        limit: usize,
    },
    /// Too many records.
    #[error("记录数超过 {limit} 条的上限")]
    TooMany {
        /// The limit.
        limit: usize,
    },
    /// The JSON of a HAR.
    #[error("HAR 的 JSON 在第 {entry} 个条目处损坏：{source}")]
    Json {
        /// Entries read whole.
        entry: usize,
        /// Line, column and reason.
        source: serde_json::Error,
    },
    /// JSON without a HAR in it.
    #[error("JSON 中没有 log.entries，不是 HAR 1.2 文件")]
    NoEntries,
    /// The zip of a WACZ.
    #[error("WACZ 的压缩包无法读取：{0}")]
    Zip(#[source] zip::result::ZipError),
    /// The package does not hold what it says.
    #[error("WACZ 不完整，整包不予导入：{member}：{problem}")]
    Package {
        /// Which member.
        member: String,
        /// What is wrong, found and expected.
        problem: String,
    },
    /// MIME.
    #[error("MHTML 的 MIME 结构无法读取：{0}")]
    Mime(#[source] mailparse::MailParseError),
}

impl FileError {
    /// For a file that begins with these bytes.
    pub(super) fn unknown(head: &[u8]) -> Self {
        let found = String::from_utf8_lossy(&head[..head.len().min(24)]);
        Self::Unknown { found: found.chars().map(|c| if c.is_control() { '·' } else { c }).collect() }
    }

    /// From a read error inside compressed data, or past the limit of [`Metered`](super::metered::Metered).
    pub(super) fn stream(record: usize, limit: u64, source: io::Error) -> Self {
        if super::metered::is_bomb(&source) {
            Self::Bomb { limit }
        } else if source.kind() == io::ErrorKind::UnexpectedEof {
            Self::CutShort { record }
        } else {
            Self::Stream { record, source }
        }
    }
}
