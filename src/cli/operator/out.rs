//! Answers on the output stream, with nothing in them that a terminal would obey. A closed pipe comes back as an error, which the command's end takes for a reader that
//! has seen enough.

use super::text::{plain_json, plain_lines};
use serde_json::Value;
use std::io::{self, Write};

/// Prints the object for programs, or the text for people.
pub fn answer(json: bool, object: &Value, text: &str) -> anyhow::Result<()> {
    match json {
        true => print(&plain_json(&format!("{object:#}"))),
        false => print(text),
    }
}

/// Prints a text of one line or more.
pub fn print(text: &str) -> anyhow::Result<()> {
    writeln!(io::stdout(), "{}", plain_lines(text.trim_end()))?;
    Ok(())
}

/// Prints a line about something that was done. It goes on whether or not somebody reads of it.
pub fn tell(line: &str) {
    let _ = print(line);
}
