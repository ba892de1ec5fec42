//! Reads the keyboard, and notices when the terminal is resized.

use std::sync::mpsc::Sender;
use std::thread;

use crossterm::event::{self, Event, KeyCode, KeyEventKind, KeyModifiers};

use super::Message;

/// A key that has a meaning here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// A letter, a digit or a symbol.
    Letter(char),
    /// Enter.
    Enter,
    /// Esc.
    Escape,
    /// Backspace.
    Backspace,
    /// One line up.
    Up,
    /// One line down.
    Down,
    /// Ctrl-C.
    Interrupt,
}

/// Sends every key from now on, until the receiver is dropped.
pub fn listen(sender: Sender<Message>) {
    thread::spawn(move || {
        while let Ok(event) = event::read() {
            let message = match event {
                Event::Resize(..) => Some(Message::Resized),
                Event::Key(key) if key.kind != KeyEventKind::Release => {
                    key_of(key.code, key.modifiers).map(Message::Key)
                }
                _ => None,
            };
            if message.is_some_and(|message| sender.send(message).is_err()) {
                break;
            }
        }
    });
}

fn key_of(code: KeyCode, modifiers: KeyModifiers) -> Option<Key> {
    let with_control = modifiers.contains(KeyModifiers::CONTROL);
    match code {
        KeyCode::Char('c' | 'd') if with_control => Some(Key::Interrupt),
        KeyCode::Char(letter) if !with_control => Some(Key::Letter(letter)),
        KeyCode::Enter => Some(Key::Enter),
        KeyCode::Esc => Some(Key::Escape),
        KeyCode::Backspace => Some(Key::Backspace),
        KeyCode::Up | KeyCode::PageUp => Some(Key::Up),
        KeyCode::Down | KeyCode::PageDown => Some(Key::Down),
        _ => None,
    }
}
