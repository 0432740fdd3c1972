//! audit.

use crate::{
    args::{Audit, AuditCommand, AuditFormat, Global},
    output::{Exit, writer},
};
use std::{io::Write, path::Path};
use tanzhao::{
    app::App,
    domain::{AuditEntry, beijing},
    store::AuditFilter,
};

/// Entries asked for at once.
const PAGE: u32 = 1000;

pub async fn audit(global: &Global, order: Audit) -> anyhow::Result<Exit> {
    let app = App::open_read_only(&global.data_dir)?;
    match order.what {
        AuditCommand::Verify => match app.audit.verify().await? {
            Ok(head) => {
                println!("审计日志完好：共 {} 条，链头 {}", head.entries, head.hash);
                Ok(Exit::Done)
            }
            Err(broken) => {
                eprintln!("审计日志校验未通过：{broken}");
                Ok(Exit::VerificationFailed)
            }
        },
        AuditCommand::List { since, kind, format } => {
            let mut out = writer(Path::new("-"))?;
            let mut filter = AuditFilter { since, kind, after: 0, limit: PAGE };
            loop {
                let entries = app.audit.entries(filter.clone()).await?;
                let Some(last) = entries.last() else { break };
                filter.after = last.sequence;
                for entry in &entries {
                    match format {
                        AuditFormat::Table => writeln!(out, "{}", line(entry))?,
                        AuditFormat::Json => writeln!(out, "{}", serde_json::to_string(entry)?)?,
                    }
                }
            }
            out.flush()?;
            Ok(Exit::Done)
        }
    }
}

fn line(entry: &AuditEntry) -> String {
    let at = beijing(entry.at).strftime("%Y-%m-%d %H:%M:%S");
    let line =
        format!("{:>6}  {at}  {}  {}  {}  {}", entry.sequence, entry.who, entry.kind.zh(), entry.object, entry.details);
    // Names come from outside; one line stays one line.
    line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
