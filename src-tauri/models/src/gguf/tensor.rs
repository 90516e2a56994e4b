//! The tensor table: names, shapes, types and how many bytes each type takes.

use std::fmt;

/// How a tensor's numbers are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TensorType {
    /// ggml's own number for it.
    pub id: u32,
    /// ggml's usual name in capitals, for example `Q4_K`.
    pub name: &'static str,
    /// Numbers in one block.
    pub block: u64,
    /// Bytes of one block.
    pub block_bytes: u64,
}

/// ggml's tensor types (ggml.h and ggml-common.h): number, name, numbers a block, bytes a block.
const TYPES: [(u32, &str, u64, u64); 35] = [
    (0, "F32", 1, 4),
    (1, "F16", 1, 2),
    (2, "Q4_0", 32, 18),
    (3, "Q4_1", 32, 20),
    (6, "Q5_0", 32, 22),
    (7, "Q5_1", 32, 24),
    (8, "Q8_0", 32, 34),
    (9, "Q8_1", 32, 36),
    (10, "Q2_K", 256, 84),
    (11, "Q3_K", 256, 110),
    (12, "Q4_K", 256, 144),
    (13, "Q5_K", 256, 176),
    (14, "Q6_K", 256, 210),
    (15, "Q8_K", 256, 292),
    (16, "IQ2_XXS", 256, 66),
    (17, "IQ2_XS", 256, 74),
    (18, "IQ3_XXS", 256, 98),
    (19, "IQ1_S", 256, 50),
    (20, "IQ4_NL", 32, 18),
    (21, "IQ3_S", 256, 110),
    (22, "IQ2_S", 256, 82),
    (23, "IQ4_XS", 256, 136),
    (24, "I8", 1, 1),
    (25, "I16", 1, 2),
    (26, "I32", 1, 4),
    (27, "I64", 1, 8),
    (28, "F64", 1, 8),
    (29, "IQ1_M", 256, 56),
    (30, "BF16", 1, 2),
    (34, "TQ1_0", 256, 54),
    (35, "TQ2_0", 256, 66),
    (39, "MXFP4", 32, 17),
    (40, "NVFP4", 64, 36),
    (41, "Q1_0", 128, 18),
    (42, "Q2_0", 64, 18),
];

impl TensorType {
    pub fn from_id(id: u32) -> Option<Self> {
        TYPES.iter().find(|row| row.0 == id).map(|&(id, name, block, block_bytes)| Self { id, name, block, block_bytes })
    }
}

impl fmt::Display for TensorType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// One row of the tensor table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tensor {
    pub name: String,
    /// Sizes of its one to four dimensions; the first is the length of a row.
    pub dimensions: Vec<u64>,
    pub kind: TensorType,
    /// Where its data begin, in bytes from the start of all tensors' data.
    pub offset: u64,
}

impl Tensor {
    /// How many numbers it holds; `None` when that does not fit 64 bits.
    pub fn elements(&self) -> Option<u64> {
        self.dimensions.iter().try_fold(1_u64, |product, size| product.checked_mul(*size))
    }

    /// How many bytes its data take; `None` when a row is no whole number of blocks or the size does not fit 64 bits.
    pub fn bytes(&self) -> Option<u64> {
        let row = *self.dimensions.first()?;
        if row % self.kind.block != 0 {
            return None;
        }
        (self.elements()? / self.kind.block).checked_mul(self.kind.block_bytes)
    }
}
