//! Tables that come and go as CSV files.

use std::{fs, path::Path};

use csv::{ReaderBuilder, StringRecord, Trim, WriterBuilder};

use crate::CliError;

/// Longest table that is read: a transaction holds far fewer messages.
const MOST_ROWS: usize = 10_000;

/// Reads the rows of a file without heads; a first row that cannot be read is taken for the heads.
pub(crate) fn read<Row>(
    path: &Path,
    columns: usize,
    parse: impl Fn(&StringRecord) -> Result<Row, String>,
) -> Result<Vec<Row>, CliError> {
    let file = fs::File::open(path).map_err(|reason| CliError::File { action: "read", path: path.into(), reason })?;
    let mut reader =
        ReaderBuilder::new().has_headers(false).flexible(true).trim(Trim::All).comment(Some(b'#')).from_reader(file);
    let mut rows = Vec::new();
    for (index, record) in reader.records().enumerate() {
        let wrong =
            |line: Option<u64>, reason: String| CliError::Row { path: path.into(), line: line.unwrap_or(0), reason };
        let record = record.map_err(|error| wrong(error.position().map(csv::Position::line), error.to_string()))?;
        let line = record.position().map(csv::Position::line);
        if record.len() != columns {
            return Err(wrong(line, format!("it has {} columns, {columns} are expected", record.len())));
        }
        match parse(&record) {
            Ok(row) => rows.push(row),
            Err(_) if index == 0 && is_head(&record) => {}
            Err(reason) => return Err(wrong(line, reason)),
        }
        if rows.len() > MOST_ROWS {
            return Err(wrong(line, format!("the table has more than {MOST_ROWS} rows: split it")));
        }
    }
    if rows.is_empty() {
        return Err(CliError::Row { path: path.into(), line: 1, reason: "the table has no rows".into() });
    }
    Ok(rows)
}

/// Heads are words: no digits in them.
fn is_head(record: &StringRecord) -> bool {
    record.iter().all(|cell| !cell.is_empty() && !cell.contains(|c: char| c.is_ascii_digit()))
}

/// Adds rows to the end of a file.
pub(crate) fn append(path: &Path, rows: &[Vec<String>]) -> Result<(), CliError> {
    let wrong = |reason: std::io::Error| CliError::File { action: "write", path: path.into(), reason };
    let file = fs::OpenOptions::new().create(true).append(true).open(path).map_err(wrong)?;
    let mut writer = WriterBuilder::new().has_headers(false).from_writer(file);
    for row in rows {
        writer.write_record(row).map_err(|error| wrong(std::io::Error::other(error)))?;
    }
    writer.flush().map_err(wrong)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
    use super::{append, read};

    #[test]
    fn rows_are_read_with_or_without_heads_and_errors_name_their_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("table.csv");
        let parse = |row: &csv::StringRecord| row[0].parse::<u32>().map_err(|_| format!("{:?} is no number", &row[0]));
        for text in ["node_id, amount\n1, 2\n3,4\n", "1,2\n# a comment\n3,4\n"] {
            std::fs::write(&path, text).unwrap();
            assert_eq!(read(&path, 2, parse).unwrap(), [1, 3]);
        }
        for (text, reason) in
            [("1,2\nx,4\n", "line 2"), ("1,2\n3\n", "1 columns"), ("", "no rows"), ("1x,2\n", "line 1")]
        {
            std::fs::write(&path, text).unwrap();
            let error = read(&path, 2, parse).unwrap_err().to_string();
            assert!(error.contains(reason), "{text}: {error}");
        }
        append(&path, &[vec!["5".into(), "a,b".into()]]).unwrap();
        assert!(std::fs::read_to_string(&path).unwrap().ends_with("5,\"a,b\"\n"));
    }
}
