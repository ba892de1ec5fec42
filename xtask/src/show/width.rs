//! The width of the output.

/// The widest line of text: the terminal of a projector.
pub const WIDEST: usize = 80;
/// The narrowest supported terminal; a narrower one breaks lines itself.
const NARROWEST: usize = 60;

/// The width of a line of text: that of the terminal, within bounds, or the widest if standard output
/// is not a terminal.
pub fn text() -> usize {
    terminal().min(WIDEST)
}

/// The number of lines that the terminal on standard output can show above the cursor's line; any number if standard
/// output is not a terminal.
pub fn rows() -> usize {
    let size = terminal_size::terminal_size_of(std::io::stdout());
    size.map_or(usize::MAX, |(_, height)| usize::from(height.0).saturating_sub(1).max(1))
}

/// The width of the terminal on standard output.
pub fn terminal() -> usize {
    let size = terminal_size::terminal_size_of(std::io::stdout());
    size.map_or(WIDEST, |(width, _)| usize::from(width.0).max(NARROWEST))
}
