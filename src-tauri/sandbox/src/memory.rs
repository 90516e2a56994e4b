//! The interpreter's linear memory as the host's functions read and write it.
//!
//! Every address comes from the program, so none is believed: what lies outside is the error `fault`, never a panic.

use wasmtime::{Caller, Extern, Memory};

use crate::guest::Guest;
use crate::wasi::{Errno, FAULT};

/// The memory of a program with what the host keeps of it.
pub(crate) struct View<'a> {
    pub(crate) bytes: &'a mut [u8],
    pub(crate) guest: &'a mut Guest,
}

/// A slice of memory that a program names, as in a scattered read or write.
pub(crate) struct Slice {
    pub(crate) at: u32,
    pub(crate) length: u32,
}

impl<'a> View<'a> {
    pub(crate) fn of(caller: &'a mut Caller<'_, Guest>) -> Result<Self, Errno> {
        let memory: Memory = caller.get_export("memory").and_then(Extern::into_memory).ok_or(FAULT)?;
        let (bytes, guest) = memory.data_and_store_mut(caller);
        Ok(Self { bytes, guest })
    }

    pub(crate) fn part(&mut self, at: u32, length: u32) -> Result<&mut [u8], Errno> {
        part(self.bytes, at, length)
    }

    pub(crate) fn write(&mut self, at: u32, bytes: &[u8]) -> Result<(), Errno> {
        let length = u32::try_from(bytes.len()).map_err(|_| FAULT)?;
        self.part(at, length)?.copy_from_slice(bytes);
        Ok(())
    }

    pub(crate) fn write_u32(&mut self, at: u32, value: u32) -> Result<(), Errno> {
        self.write(at, &value.to_le_bytes())
    }

    pub(crate) fn write_u64(&mut self, at: u32, value: u64) -> Result<(), Errno> {
        self.write(at, &value.to_le_bytes())
    }

    pub(crate) fn read<const N: usize>(&self, at: u32) -> Result<[u8; N], Errno> {
        let at = at as usize;
        let bytes = at.checked_add(N).and_then(|end| self.bytes.get(at..end)).ok_or(FAULT)?;
        bytes.try_into().map_err(|_| FAULT)
    }

    pub(crate) fn read_u32(&self, at: u32) -> Result<u32, Errno> {
        Ok(u32::from_le_bytes(self.read(at)?))
    }

    /// The `number`th entry of a list of slices (`iovec`) at `list`.
    pub(crate) fn slice(&self, list: u32, number: u32) -> Result<Slice, Errno> {
        let entry = number.checked_mul(8).and_then(|offset| list.checked_add(offset)).ok_or(FAULT)?;
        Ok(Slice { at: self.read_u32(entry)?, length: self.read_u32(entry.checked_add(4).ok_or(FAULT)?)? })
    }
}

/// The part of memory that begins at an address, or `fault` where some of it lies outside.
pub(crate) fn part(bytes: &mut [u8], at: u32, length: u32) -> Result<&mut [u8], Errno> {
    let (at, length) = (at as usize, length as usize);
    let end = at.checked_add(length).ok_or(FAULT)?;
    bytes.get_mut(at..end).ok_or(FAULT)
}
