//! Reads a header from a stream, with every length bounded before it is believed.

use std::collections::{BTreeMap, HashSet};
use std::io::{self, BufRead};

use super::{GgufError, GgufHeader, MAGIC, Tensor, TensorType, Value};

/// The largest header that is read. The largest vocabularies in use take about 20 MiB.
const MAX_HEADER_BYTES: u64 = 256 << 20;
/// Files in use have 20 to 60 keys; split and merged ones a few hundred.
const MAX_KEYS: u64 = 1 << 14;
/// Files in use have a few hundred tensors; mixtures with one tensor per expert reach some ten thousand.
const MAX_TENSORS: u64 = 1 << 16;
/// GGUF allows keys of 65,535 bytes; the ones in use stay below 100.
const MAX_KEY_BYTES: u64 = 1 << 10;
/// llama.cpp allows 63 bytes; some forks a little more.
const MAX_TENSOR_NAME_BYTES: u64 = 255;
/// Longer texts (a chat template above this) are passed over: nothing here needs them.
const MAX_KEPT_TEXT_BYTES: u64 = 1 << 14;
/// A layer's worth of numbers is kept (heads by layer), a vocabulary is not.
const MAX_KEPT_ELEMENTS: u64 = 1 << 10;
/// All kept keys and values together: what bounds the memory of a header made of nothing but long texts.
const MAX_KEPT_BYTES: u64 = 16 << 20;
/// ggml has four.
const MAX_DIMENSIONS: u32 = 4;
/// The default of `general.alignment`.
const DEFAULT_ALIGNMENT: u64 = 32;

/// Reads a header from the start of a stream. `file_bytes` is the size of the whole file, which may be larger than what the
/// stream holds (the first bytes of a remote file, say).
pub fn parse(source: impl BufRead, file_bytes: u64) -> Result<GgufHeader, GgufError> {
    let mut input = Input { source, at: 0, file_bytes, kept: 0 };
    let (version, tensor_count, key_count) = preamble(&mut input)?;
    let metadata = key_values(&mut input, key_count)?;
    let tensors = tensor_table(&mut input, tensor_count)?;
    let alignment = match metadata.get("general.alignment") {
        None => DEFAULT_ALIGNMENT,
        Some(Value::Unsigned(n)) if n.is_power_of_two() && *n <= 1 << 20 => *n,
        Some(_) => return Err(GgufError::Invalid("general.alignment is no sensible power of two".into())),
    };
    let header = GgufHeader { version, metadata, tensors, data_offset: input.at.next_multiple_of(alignment) };
    check_parts(&header)?;
    check_bounds(&header, alignment, file_bytes)?;
    Ok(header)
}

fn preamble(input: &mut Input<impl BufRead>) -> Result<(u32, u64, u64), GgufError> {
    let magic: [u8; 4] = input.array()?;
    if &magic != MAGIC {
        let start = magic.escape_ascii().to_string();
        return Err(GgufError::NotGguf { start });
    }
    let version = u32::from_le_bytes(input.array()?);
    match version {
        2 | 3 => {}
        _ if matches!(version.swap_bytes(), 2 | 3) => return Err(GgufError::BigEndian),
        _ => return Err(GgufError::Version(version)),
    }
    let tensors = input.u64()?;
    let keys = input.u64()?;
    if tensors > MAX_TENSORS || keys > MAX_KEYS {
        return Err(GgufError::Invalid(format!("it claims {tensors} tensors and {keys} keys")));
    }
    Ok((version, tensors, keys))
}

fn key_values(input: &mut Input<impl BufRead>, count: u64) -> Result<BTreeMap<String, Value>, GgufError> {
    let mut metadata = BTreeMap::new();
    for _ in 0..count {
        let key = input.text(MAX_KEY_BYTES, "a key")?;
        let kind = input.u32()?;
        let value = if kind == ARRAY { array(input, &key)? } else { scalar(input, kind, &key)? };
        if metadata.insert(key.clone(), value).is_some() {
            return Err(GgufError::Invalid(format!("the key “{key}” stands twice")));
        }
    }
    Ok(metadata)
}

/// GGUF's numbers for a text and an array; the others are scalars.
const TEXT: u32 = 8;
const ARRAY: u32 = 9;

fn scalar(input: &mut Input<impl BufRead>, kind: u32, key: &str) -> Result<Value, GgufError> {
    Ok(match kind {
        0 => Value::Unsigned(input.array::<1>()?[0].into()),
        1 => signed(i8::from_le_bytes(input.array()?).into()),
        2 => Value::Unsigned(u16::from_le_bytes(input.array()?).into()),
        3 => signed(i16::from_le_bytes(input.array()?).into()),
        4 => Value::Unsigned(input.u32()?.into()),
        5 => signed(i32::from_le_bytes(input.array()?).into()),
        6 => Value::Float(f32::from_le_bytes(input.array()?).into()),
        7 => Value::Bool(input.array::<1>()?[0] != 0),
        TEXT => input.long_text()?,
        10 => Value::Unsigned(input.u64()?),
        11 => signed(i64::from_le_bytes(input.array()?)),
        12 => Value::Float(f64::from_le_bytes(input.array()?)),
        _ => return Err(GgufError::Invalid(format!("the key “{key}” has the unknown type {kind}"))),
    })
}

fn signed(number: i64) -> Value {
    u64::try_from(number).map_or(Value::Signed(number), Value::Unsigned)
}

/// Bytes of one scalar of this type; `None` for texts, arrays and unknown types.
fn scalar_bytes(kind: u32) -> Option<u64> {
    match kind {
        0 | 1 | 7 => Some(1),
        2 | 3 => Some(2),
        4..=6 => Some(4),
        10..=12 => Some(8),
        _ => None,
    }
}

fn array(input: &mut Input<impl BufRead>, key: &str) -> Result<Value, GgufError> {
    let kind = input.u32()?;
    let count = input.u64()?;
    if count <= MAX_KEPT_ELEMENTS && kind != ARRAY {
        input.count_kept(count * size_of::<Value>() as u64)?;
        return (0..count).map(|_| scalar(input, kind, key)).collect::<Result<_, _>>().map(Value::Array);
    }
    match scalar_bytes(kind) {
        Some(bytes) => input.skip(count.checked_mul(bytes).ok_or_else(|| input.lying("an array"))?)?,
        // Each text takes at least the 8 bytes of its length, so the file's size bounds this loop.
        None if kind == TEXT => {
            for _ in 0..count {
                let bytes = input.u64()?;
                input.skip(bytes)?;
            }
        }
        None => return Err(GgufError::Invalid(format!("the key “{key}” is an array of the type {kind}"))),
    }
    Ok(Value::Omitted(count))
}

fn tensor_table(input: &mut Input<impl BufRead>, count: u64) -> Result<Vec<Tensor>, GgufError> {
    let mut tensors = Vec::new();
    let mut names = HashSet::new();
    for _ in 0..count {
        let name = input.text(MAX_TENSOR_NAME_BYTES, "a tensor's name")?;
        let dimension_count = input.u32()?;
        if dimension_count == 0 || dimension_count > MAX_DIMENSIONS {
            return Err(GgufError::Invalid(format!("tensor “{name}” has {dimension_count} dimensions")));
        }
        let dimensions = (0..dimension_count).map(|_| input.u64()).collect::<Result<Vec<_>, _>>()?;
        let id = input.u32()?;
        let kind = TensorType::from_id(id).ok_or_else(|| GgufError::UnknownTensorType { tensor: name.clone(), id })?;
        let offset = input.u64()?;
        if !names.insert(name.clone()) {
            return Err(GgufError::Invalid(format!("tensor “{name}” stands twice")));
        }
        tensors.push(Tensor { name, dimensions, kind, offset });
    }
    Ok(tensors)
}

/// A part of a split model has only some of the tensors: its size and speed would be read wrongly.
fn check_parts(header: &GgufHeader) -> Result<(), GgufError> {
    match header.number("split.count") {
        Some(parts) if parts > 1 => Err(GgufError::Split(parts)),
        _ => Ok(()),
    }
}

fn check_bounds(header: &GgufHeader, alignment: u64, file_bytes: u64) -> Result<(), GgufError> {
    for tensor in &header.tensors {
        let name = &tensor.name;
        if !tensor.offset.is_multiple_of(alignment) {
            return Err(GgufError::Invalid(format!("tensor “{name}” begins at {}, which is not aligned", tensor.offset)));
        }
        let bytes = tensor
            .bytes()
            .ok_or_else(|| GgufError::Invalid(format!("tensor “{name}” has the impossible shape {:?}", tensor.dimensions)))?;
        let end = tensor.offset.checked_add(bytes).and_then(|end| end.checked_add(header.data_offset)).unwrap_or(u64::MAX);
        if end > file_bytes {
            return Err(GgufError::OutOfBounds { tensor: name.clone(), end, file_bytes });
        }
    }
    Ok(())
}

/// A stream that knows where it is and how far it may go.
struct Input<R> {
    source: R,
    at: u64,
    file_bytes: u64,
    /// Bytes of keys and values kept so far.
    kept: u64,
}

impl<R: BufRead> Input<R> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], GgufError> {
        self.claim(N as u64)?;
        let mut bytes = [0; N];
        self.source.read_exact(&mut bytes).map_err(|error| self.failed(error))?;
        self.at += N as u64;
        Ok(bytes)
    }

    fn u32(&mut self) -> Result<u32, GgufError> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    fn u64(&mut self) -> Result<u64, GgufError> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    /// A text of at most `limit` bytes; `what` names it in the error.
    fn text(&mut self, limit: u64, what: &str) -> Result<String, GgufError> {
        let bytes = self.u64()?;
        if bytes > limit {
            return Err(GgufError::Invalid(format!("{what} claims {bytes} bytes")));
        }
        self.keep(bytes)
    }

    fn long_text(&mut self) -> Result<Value, GgufError> {
        let bytes = self.u64()?;
        if bytes > MAX_KEPT_TEXT_BYTES {
            self.skip(bytes)?;
            return Ok(Value::Omitted(bytes));
        }
        self.keep(bytes).map(Value::Text)
    }

    /// Only called with lengths far below 2³², so that the allocation is small on every machine.
    fn keep(&mut self, bytes: u64) -> Result<String, GgufError> {
        self.claim(bytes)?;
        self.count_kept(bytes)?;
        let mut buffer = vec![0; bytes as usize];
        self.source.read_exact(&mut buffer).map_err(|error| self.failed(error))?;
        self.at += bytes;
        Ok(String::from_utf8_lossy(&buffer).into_owned())
    }

    fn count_kept(&mut self, bytes: u64) -> Result<(), GgufError> {
        self.kept += bytes;
        if self.kept > MAX_KEPT_BYTES {
            return Err(GgufError::Invalid(format!("its keys and values take more than {} MiB", MAX_KEPT_BYTES >> 20)));
        }
        Ok(())
    }

    fn skip(&mut self, bytes: u64) -> Result<(), GgufError> {
        self.claim(bytes)?;
        let mut left = bytes;
        while left > 0 {
            let available = self.source.fill_buf().map_err(GgufError::Io)?.len();
            if available == 0 {
                return Err(self.failed(io::ErrorKind::UnexpectedEof.into()));
            }
            let step = available.min(usize::try_from(left).unwrap_or(usize::MAX));
            self.source.consume(step);
            left -= step as u64;
            self.at += step as u64;
        }
        Ok(())
    }

    /// Refuses a length that would lead past the end of the file or of any sensible header.
    fn claim(&self, bytes: u64) -> Result<(), GgufError> {
        let end = self.at.checked_add(bytes).ok_or_else(|| self.lying("a field"))?;
        if end > self.file_bytes {
            return Err(self.failed(io::ErrorKind::UnexpectedEof.into()));
        }
        if end > MAX_HEADER_BYTES {
            return Err(GgufError::Invalid(format!("it is larger than {} MiB", MAX_HEADER_BYTES >> 20)));
        }
        Ok(())
    }

    fn lying(&self, what: &str) -> GgufError {
        GgufError::Invalid(format!("{what} at byte {} claims more bytes than any file has", self.at))
    }

    fn failed(&self, error: io::Error) -> GgufError {
        if error.kind() == io::ErrorKind::UnexpectedEof {
            return GgufError::Truncated { at: self.at, file_bytes: self.file_bytes };
        }
        GgufError::Io(error)
    }
}
