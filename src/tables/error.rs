//! Why a file as a whole was refused. The messages are Chinese: bureau people read them.

use super::FileKind;

/// A file that cannot be used; nothing of it is imported.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// Larger than allowed.
    #[error("文件有 {found} 字节，最多 {most} 字节；请拆成几份导入")]
    TooLarge {
        /// Bytes.
        found: u64,
        /// Allowed.
        most: u64,
    },
    /// A small file that becomes huge.
    #[error("文件解压后超过 {most} 字节，不像正常表格，未读取")]
    Bomb {
        /// Allowed.
        most: u64,
    },
    /// More rows than allowed.
    #[error("数据超过 {most} 行；请拆成几份导入")]
    TooManyRows {
        /// Allowed.
        most: usize,
    },
    /// A workbook of Excel 97-2003, or one that is locked by a password.
    #[error("这是 .xls 旧格式或加了打开密码的表格，需要 .xlsx 或 .csv；请用 WPS 或 Excel 去掉密码并“另存为”.xlsx")]
    OldWorkbook,
    /// Neither a workbook nor text.
    #[error("不是表格文件：发现 {found}，需要 .xlsx 或 .csv")]
    NotATable {
        /// What it looks like.
        found: String,
    },
    /// The workbook is damaged.
    #[error("表格文件已损坏：{reason}；请用 WPS 或 Excel 打开后重新保存")]
    Damaged {
        /// What the reader says.
        reason: String,
    },
    /// The characters cannot be told.
    #[error(
        "文字编码无法识别（第 {line} 行起）：需要 UTF-8、GB18030/GBK 或带标记的 UTF-16；请用 WPS 或 Excel 另存为 .xlsx"
    )]
    Encoding {
        /// The first bad line.
        line: usize,
    },
    /// No row looks like the header.
    #[error("前 10 行里没有找到表头；需要的列：{}；看到的内容：{}", .expected.join("、"), listed(.found))]
    NoHeader {
        /// Columns that must be there.
        expected: Vec<String>,
        /// Words seen.
        found: Vec<String>,
    },
    /// A column that must be there is not.
    #[error("{}第 {row} 行的表头缺少列：{}；已有的列：{}", at(.sheet.as_deref()), .missing.join("；"), listed(.found))]
    MissingColumns {
        /// The sheet.
        sheet: Option<String>,
        /// The header's row.
        row: u32,
        /// What is missing, each with the names it may have.
        missing: Vec<String>,
        /// Headers found.
        found: Vec<String>,
    },
    /// Two columns mean the same.
    #[error("{}第 {row} 行的表头里“{}”和“{}”都表示“{meaning}”，不知道用哪一列；请删去或改名其中一列", at(.sheet.as_deref()), .columns.0, .columns.1)]
    DoubledColumn {
        /// The sheet.
        sheet: Option<String>,
        /// The header's row.
        row: u32,
        /// Both headers, with their letters.
        columns: (String, String),
        /// What both mean.
        meaning: &'static str,
    },
    /// A column looks like the identity of a complainant or a child.
    #[error(
        "{}第 {row} 行的列“{column}”看起来是投诉举报人或未成年人的身份信息。本系统不导入这类信息，整个文件未导入，数据行未读取；请删除该列后另存再导入{}",
        at(.sheet.as_deref()), hint(*.kind, column)
    )]
    Identity {
        /// What was to be imported.
        kind: FileKind,
        /// The sheet.
        sheet: Option<String>,
        /// The header's row.
        row: u32,
        /// The header, with its letter.
        column: String,
    },
}

fn at(sheet: Option<&str>) -> String {
    sheet.map(|sheet| format!("工作表“{sheet}”")).unwrap_or_default()
}

fn listed(words: &[String]) -> String {
    if words.is_empty() { "（没有）".to_owned() } else { words.join("、") }
}

fn hint(kind: FileKind, column: &str) -> &'static str {
    let contact = ["电话", "手机", "联系方式"].iter().any(|word| column.contains(word));
    if kind == FileKind::Reports && contact {
        "（如果这一列是被投诉机构的电话，请把列名改为“被投诉电话”）"
    } else {
        ""
    }
}
