//! The terminal: taken for the time of watching, and given back however that ends.

use std::io::{self, Write};

use anstream::{AutoStream, ColorChoice};
use anyhow::Context as _;
use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{execute, queue};
use exercise_harness::cleanup;

/// The size of a terminal that does not tell its own.
const USUAL: (u16, u16) = (80, 24);

/// The terminal while it shows the bench. Dropped, it is as it was.
pub struct Screen {
    with_colours: bool,
}

impl Screen {
    /// Takes the terminal.
    ///
    /// # Errors
    /// When it refuses.
    pub fn enter() -> anyhow::Result<Self> {
        cleanup::set_last_action(leave);
        let with_colours = AutoStream::choice(&io::stdout()) != ColorChoice::Never;
        let screen = Self { with_colours };
        enable_raw_mode().context("the terminal does not give single keys")?;
        execute!(io::stdout(), EnterAlternateScreen, Hide)
            .context("the terminal cannot be written to")?;
        Ok(screen)
    }

    /// Columns and rows.
    pub fn size() -> (usize, usize) {
        let told = crossterm::terminal::size().ok().filter(|(columns, rows)| columns * rows > 0);
        let (columns, rows) = told.unwrap_or(USUAL);
        (usize::from(columns), usize::from(rows))
    }

    /// Shows `lines`, which fit, instead of what is there.
    pub fn draw(&self, lines: &[String]) -> anyhow::Result<()> {
        let mut out = io::stdout().lock();
        for (row, line) in (0..).zip(lines) {
            queue!(out, MoveTo(0, row))?;
            if self.with_colours {
                write!(out, "{line}")?;
            } else {
                write!(out, "{}", anstream::adapter::strip_str(line))?;
            }
            queue!(out, Clear(ClearType::UntilNewLine))?;
        }
        queue!(out, Clear(ClearType::FromCursorDown))?;
        out.flush()?;
        Ok(())
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        leave();
    }
}

/// Gives the terminal back. It may be gone already.
fn leave() {
    let _ = execute!(io::stdout(), Show, LeaveAlternateScreen);
    let _ = disable_raw_mode();
}
