//! Gives the interpreter the stack that a Python on a desktop has, before it is compiled.
//!
//! It was linked with a stack of 512 KB and with a limit of 500 on calls of C within calls of C. A cached recursive function,
//! a comparison or a sort by a recursive key takes several of these and 5 KB of that at each level: the stack ended at a
//! depth of a hundred, with a crash. Models write such functions all the time, and a crash would have counted against them.
//! CPython 3.12 itself allows 1500 such calls elsewhere, which is a depth of 500.
//!
//! Three small things of the WebAssembly module are changed: its least memory, where the stack begins, and that limit.

/// Room for 1500 calls of C: they were seen to take up to 5 KB each.
const STACK_BYTES: u32 = 16 << 20;
const PAGE_BYTES: u32 = 64 << 10;

/// `i32.const 500`, stored into the field of a new thread that says how many calls of C are left: it is there once.
const CALLS_OF_C: [u8; 6] = [0x41, 0xf4, 0x03, 0x36, 0x02, 0x18];
/// The same with 1500, what `C_RECURSION_LIMIT` of CPython 3.12.0 is on other systems.
const MORE_CALLS_OF_C: [u8; 6] = [0x41, 0xdc, 0x0b, 0x36, 0x02, 0x18];

const HEADER: &[u8] = b"\0asm\x01\0\0\0";
const CUSTOM: u8 = 0;
const MEMORY: u8 = 5;
const GLOBAL: u8 = 6;
const CODE: u8 = 10;

/// The module with more stack.
///
/// # Errors
/// What about the module is not as expected: it is another interpreter.
pub(crate) fn widen(module: &[u8]) -> Result<Vec<u8>, &'static str> {
    let mut rest = module.strip_prefix(HEADER).ok_or("it is no WebAssembly module")?;
    let mut widened = HEADER.to_vec();
    let mut stack_top = None;
    while let Some((&kind, after)) = rest.split_first() {
        let (length, after) = number(after)?;
        let (body, after) = after.split_at_checked(length as usize).ok_or("it is cut off")?;
        rest = after;
        match kind {
            // Names for debuggers, a third of the file.
            CUSTOM => {}
            MEMORY => {
                let pages = least_pages(body)? + STACK_BYTES / PAGE_BYTES;
                stack_top = Some(pages * PAGE_BYTES);
                put(&mut widened, kind, &[&[1, 0], unsigned(pages).as_slice()].concat());
            }
            GLOBAL => put(&mut widened, kind, &stack_pointer(body, stack_top.ok_or("it has no memory of its own")?)?),
            CODE => put(&mut widened, kind, &more_calls(body)?),
            _ => put(&mut widened, kind, body),
        }
    }
    Ok(widened)
}

/// The least pages of the only memory, which has no most.
fn least_pages(body: &[u8]) -> Result<u32, &'static str> {
    let pages = body.strip_prefix(&[1, 0]).ok_or("its memory is declared in another way")?;
    let (pages, rest) = number(pages)?;
    // 32 bits can address 65,536 pages; nothing near it is an interpreter at its start.
    if rest.is_empty() && pages < 1 << 14 { Ok(pages) } else { Err("its memory is declared in another way") }
}

/// The only global, a variable of 32 bits, with another start value.
fn stack_pointer(body: &[u8], top: u32) -> Result<Vec<u8>, &'static str> {
    let is_stack_pointer = body.starts_with(&[1, 0x7f, 1, 0x41]) && body.ends_with(&[0x0b]);
    if !is_stack_pointer {
        return Err("its stack pointer is declared in another way");
    }
    Ok([&[1, 0x7f, 1, 0x41], signed(top).as_slice(), &[0x0b]].concat())
}

fn more_calls(code: &[u8]) -> Result<Vec<u8>, &'static str> {
    let mut places = code.windows(CALLS_OF_C.len()).enumerate().filter(|(_, window)| *window == CALLS_OF_C).map(|(at, _)| at);
    let (Some(at), None) = (places.next(), places.next()) else { return Err("its limit of calls is not where it was") };
    let mut changed = code.to_vec();
    changed[at..at + MORE_CALLS_OF_C.len()].copy_from_slice(&MORE_CALLS_OF_C);
    Ok(changed)
}

fn put(module: &mut Vec<u8>, kind: u8, body: &[u8]) {
    module.push(kind);
    // A section is no longer than its module, which a 32-bit number can count.
    module.extend(unsigned(u32::try_from(body.len()).unwrap_or(u32::MAX)));
    module.extend_from_slice(body);
}

/// A number in LEB128 and what stands behind it.
fn number(bytes: &[u8]) -> Result<(u32, &[u8]), &'static str> {
    let mut value = 0_u32;
    for (index, byte) in bytes.iter().take(5).enumerate() {
        value |= u32::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Ok((value, &bytes[index + 1..]));
        }
    }
    Err("it is cut off")
}

fn unsigned(value: u32) -> Vec<u8> {
    leb(value, |rest, _| rest == 0)
}

/// The signed form: the highest bit of the last byte is the sign.
fn signed(value: u32) -> Vec<u8> {
    leb(value, |rest, byte| rest == 0 && byte & 0x40 == 0)
}

fn leb(mut value: u32, is_last: impl Fn(u32, u8) -> bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let byte = value.to_le_bytes()[0] & 0x7f;
        value >>= 7;
        if is_last(value, byte) {
            bytes.push(byte);
            return bytes;
        }
        bytes.push(byte | 0x80);
    }
}

/// What [`widen`] does, for whoever has to know whether two did the same.
pub(crate) fn recipe() -> impl std::hash::Hash {
    (STACK_BYTES, MORE_CALLS_OF_C)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(kind: u8, body: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        put(&mut bytes, kind, body);
        bytes
    }

    fn module(sections: &[Vec<u8>]) -> Vec<u8> {
        [HEADER.to_vec(), sections.concat()].concat()
    }

    /// 160 pages, the stack's top at 512 KB, the limit of calls once.
    fn interpreter() -> Vec<Vec<u8>> {
        let code = [&[1, 2][..], &CALLS_OF_C, &[3]].concat();
        let pointer = [1, 0x7f, 1, 0x41, 0x80, 0x80, 0x20, 0x0b];
        vec![section(CUSTOM, b"names"), section(MEMORY, &[1, 0, 0xa0, 1]), section(GLOBAL, &pointer), section(CODE, &code)]
    }

    #[test]
    fn memory_grows_by_the_stack_and_the_stack_begins_at_its_end() {
        let widened = widen(&module(&interpreter())).unwrap();
        let code = [&[1, 2][..], &MORE_CALLS_OF_C, &[3]].concat();
        // 160 + 256 pages; their end, 27,262,976, in the signed form.
        let pointer = [1, 0x7f, 1, 0x41, 0x80, 0x80, 0x80, 0x0d, 0x0b];
        let expected = module(&[section(MEMORY, &[1, 0, 0xa0, 3]), section(GLOBAL, &pointer), section(CODE, &code)]);
        assert_eq!(widened, expected, "names are dropped, and nothing else changes");
    }

    #[test]
    fn another_module_is_refused_and_no_length_is_believed() {
        assert!(widen(b"#!/bin/sh").is_err());
        assert!(widen(&[HEADER, &[CODE, 0xff, 0xff, 0xff, 0xff, 0x0f]].concat()).is_err(), "the section is longer than the file");
        for left_out in 1..4 {
            let mut sections = interpreter();
            sections[left_out] = section(sections[left_out][0], &[7; 9]);
            assert!(widen(&module(&sections)).is_err(), "section {left_out} is not as it was");
        }
    }
}
