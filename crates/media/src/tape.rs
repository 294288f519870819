//! A file that is read, and changed in place.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use crate::fault::{Fault, cut_short};
use crate::{Refusal, Stop};

/// How much is read, moved or wiped at once, in bytes.
const WINDOW: usize = 64 * 1024;

/// A file under examination. It is read through a window, so that small reads side by side cost little, and every new
/// window looks whether the examination is to stop.
pub(crate) struct Tape {
    file: File,
    len: u64,
    stop: Stop,
    window: Vec<u8>,
    window_at: u64,
}

impl Tape {
    pub(crate) fn open(file: &Path, stop: &Stop) -> Result<Self, Refusal> {
        let file = OpenOptions::new().read(true).write(true).open(file)?;
        let len = file.metadata()?.len();
        if len == 0 {
            return Err(Refusal::Empty);
        }
        Ok(Self {
            file,
            len,
            stop: stop.clone(),
            window: Vec::new(),
            window_at: 0,
        })
    }

    /// The length in bytes.
    pub(crate) const fn len(&self) -> u64 {
        self.len
    }

    pub(crate) const fn stop(&self) -> &Stop {
        &self.stop
    }

    /// Fills `into` with what begins at `at`; a fault if the file ends before.
    pub(crate) fn read(&mut self, at: u64, into: &mut [u8]) -> Result<(), Fault> {
        let mut at = at;
        let mut into = into;
        if at.checked_add(into.len() as u64).is_none_or(|end| end > self.len) {
            return Err(cut_short());
        }
        while !into.is_empty() {
            let seen = self.seen(at)?;
            if seen.is_empty() {
                return Err(cut_short());
            }
            let count = seen.len().min(into.len());
            let (now, later) = into.split_at_mut(count);
            now.copy_from_slice(&seen[..count]);
            at += count as u64;
            into = later;
        }
        Ok(())
    }

    /// The bytes at `at`.
    pub(crate) fn array<const N: usize>(&mut self, at: u64) -> Result<[u8; N], Fault> {
        let mut array = [0; N];
        self.read(at, &mut array)?;
        Ok(array)
    }

    /// The bytes at `at`, as many as there are until the end, and `N` at most.
    pub(crate) fn up_to<const N: usize>(&mut self, at: u64) -> Result<([u8; N], usize), Fault> {
        let mut array = [0; N];
        let left = usize::try_from(self.len.saturating_sub(at)).unwrap_or(N).min(N);
        // A part that is cut short would have ended behind the end.
        self.read(at.min(self.len), &mut array[..left])?;
        Ok((array, left))
    }

    /// The bytes from `at` to `end`. The caller bounds how many.
    pub(crate) fn bytes(&mut self, at: u64, end: u64) -> Result<Vec<u8>, Fault> {
        if end > self.len {
            return Err(cut_short());
        }
        let len = end.checked_sub(at).and_then(|len| usize::try_from(len).ok());
        let mut bytes = vec![0; len.ok_or_else(cut_short)?];
        self.read(at, &mut bytes)?;
        Ok(bytes)
    }

    /// Some of the bytes that begin at `at`, at least one; none at the end.
    pub(crate) fn seen(&mut self, at: u64) -> Result<&[u8], Fault> {
        let end = self.window_at + self.window.len() as u64;
        if at < self.window_at || at >= end {
            self.stop.check()?;
            self.file.seek(SeekFrom::Start(at))?;
            self.window.clear();
            (&self.file).take(WINDOW as u64).read_to_end(&mut self.window)?;
            self.window_at = at;
        }
        let from = usize::try_from(at - self.window_at).unwrap_or(usize::MAX);
        let seen = self.window.get(from..).unwrap_or_default();
        let left = usize::try_from(self.len.saturating_sub(at)).unwrap_or(usize::MAX);
        Ok(&seen[..seen.len().min(left)])
    }

    /// Writes `bytes` over what begins at `at`, which may reach to the end of the file and not beyond.
    pub(crate) fn write(&mut self, at: u64, bytes: &[u8]) -> Result<(), Fault> {
        if at
            .checked_add(bytes.len() as u64)
            .is_none_or(|end| end > self.len)
        {
            return Err(cut_short());
        }
        self.file.seek(SeekFrom::Start(at))?;
        self.file.write_all(bytes)?;

        // What the window shows of it changes as well.
        let from = at.max(self.window_at);
        let to = (at + bytes.len() as u64).min(self.window_at + self.window.len() as u64);
        if from < to {
            let span = |start: u64| (from - start) as usize..(to - start) as usize;
            self.window[span(self.window_at)].copy_from_slice(&bytes[span(at)]);
        }
        Ok(())
    }

    /// Writes zeros from `at` to `end`.
    pub(crate) fn wipe(&mut self, at: u64, end: u64) -> Result<(), Fault> {
        let zeros = [0; WINDOW];
        let mut at = at;
        while at < end {
            self.stop.check()?;
            let count = usize::try_from(end - at).unwrap_or(WINDOW).min(WINDOW);
            self.write(at, &zeros[..count])?;
            at += count as u64;
        }
        Ok(())
    }

    /// Moves what lies from `at` to `end` towards the beginning, to `to`; returns where it ends then.
    pub(crate) fn shift(&mut self, at: u64, end: u64, to: u64) -> Result<u64, Fault> {
        if at == to {
            return Ok(end);
        }
        let mut block = vec![0; WINDOW];
        let (mut at, mut to) = (at, to);
        while at < end {
            let count = usize::try_from(end - at).unwrap_or(WINDOW).min(WINDOW);
            self.read(at, &mut block[..count])?;
            self.write(to, &block[..count])?;
            at += count as u64;
            to += count as u64;
        }
        Ok(to)
    }

    /// Cuts off what follows `len` bytes.
    pub(crate) fn cut(&mut self, len: u64) -> Result<(), Fault> {
        if len < self.len {
            self.file.set_len(len)?;
            self.len = len;
        }
        Ok(())
    }

    /// The file, to be read from its beginning by a library.
    pub(crate) fn rewound(&self) -> Result<File, Fault> {
        let mut file = self.file.try_clone()?;
        file.rewind()?;
        Ok(file)
    }
}
