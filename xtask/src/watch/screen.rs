//! Takes over the terminal while watching, and restores it however that ends.

use std::io::{self, Write};

use anstream::{AutoStream, ColorChoice};
use anyhow::Context as _;
use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{execute, queue};
use exercise_harness::cleanup;

/// The size of a terminal that does not report its own.
const DEFAULT_SIZE: (u16, u16) = (80, 24);

/// The terminal in raw mode. Dropping it restores the terminal.
pub struct Screen {
    with_colours: bool,
}

impl Screen {
    /// Takes over the terminal.
    ///
    /// # Errors
    /// When the terminal refuses.
    pub fn enter() -> anyhow::Result<Self> {
        cleanup::set_last_action(leave);
        let with_colours = AutoStream::choice(&io::stdout()) != ColorChoice::Never;
        let screen = Self { with_colours };
        enable_raw_mode().context("the terminal has no raw mode")?;
        execute!(io::stdout(), EnterAlternateScreen, Hide)
            .context("the terminal cannot be written to")?;
        Ok(screen)
    }

    /// The size in columns and rows.
    pub fn size() -> (usize, usize) {
        let size = crossterm::terminal::size().ok().filter(|(columns, rows)| columns * rows > 0);
        let (columns, rows) = size.unwrap_or(DEFAULT_SIZE);
        (usize::from(columns), usize::from(rows))
    }

    /// Replaces the contents of the screen by `lines`, which must fit.
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

/// Restores the terminal, which may be gone already.
fn leave() {
    let _ = execute!(io::stdout(), Show, LeaveAlternateScreen);
    let _ = disable_raw_mode();
}
