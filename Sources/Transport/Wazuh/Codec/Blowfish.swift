// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The block cipher Blowfish, which agents of long ago still ask for.
///
/// Source: B. Schneier, "Description of a New Variable-Length Key, 64-Bit Block
/// Cipher (Blowfish)", 1993. Not for anything new: blocks of 64 bits.
struct Blowfish: Sendable {
    /// Bytes of a block.
    static let blockSize = 8
    private static let roundCount = 16

    private var rounds: [UInt32]
    /// Four boxes of 256, one after the other.
    private var boxes: [UInt32]

    /// Expands a key; only its first 72 bytes count.
    ///
    /// Cost: as encrypting 4 KiB.
    init(key: [UInt8]) {
        precondition(!key.isEmpty, "a cipher needs a key")
        rounds = Array(Self.pi[..<18])
        boxes = Array(Self.pi[18...])
        var position = 0
        for index in rounds.indices {
            var word: UInt32 = 0
            for _ in 0..<4 {
                word = word << 8 | UInt32(key[position % key.count])
                position += 1
            }
            rounds[index] ^= word
        }
        var block = Block(left: 0, right: 0)
        for index in stride(from: 0, to: rounds.count, by: 2) {
            encrypt(&block)
            rounds[index] = block.left
            rounds[index + 1] = block.right
        }
        for index in stride(from: 0, to: boxes.count, by: 2) {
            encrypt(&block)
            boxes[index] = block.left
            boxes[index + 1] = block.right
        }
    }

    /// A block as two words, the first byte the highest.
    struct Block: Equatable {
        var left: UInt32
        var right: UInt32
    }

    func encrypt(_ block: inout Block) {
        for round in 0..<Self.roundCount {
            block.left ^= rounds[round]
            block.right ^= mix(block.left)
            (block.left, block.right) = (block.right, block.left)
        }
        (block.left, block.right) = (block.right, block.left)
        block.right ^= rounds[16]
        block.left ^= rounds[17]
    }

    func decrypt(_ block: inout Block) {
        for round in stride(from: 17, to: 1, by: -1) {
            block.left ^= rounds[round]
            block.right ^= mix(block.left)
            (block.left, block.right) = (block.right, block.left)
        }
        (block.left, block.right) = (block.right, block.left)
        block.right ^= rounds[1]
        block.left ^= rounds[0]
    }

    /// Encrypts whole blocks in a chain; nil when the last block is not whole.
    func encryptChain(_ bytes: [UInt8], from start: Block) -> [UInt8]? {
        guard bytes.count % Self.blockSize == 0 else { return nil }
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        var last = start
        for index in stride(from: 0, to: bytes.count, by: Self.blockSize) {
            let plain = Self.block(of: bytes[...], at: index)
            last.left ^= plain.left
            last.right ^= plain.right
            encrypt(&last)
            Self.append(last, to: &output)
        }
        return output
    }

    /// Decrypts what ``encryptChain(_:from:)`` made; nil when the last block
    /// is not whole.
    func decryptChain(_ bytes: ArraySlice<UInt8>, from start: Block) -> [UInt8]? {
        guard bytes.count % Self.blockSize == 0 else { return nil }
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        var last = start
        for index in stride(from: bytes.startIndex, to: bytes.endIndex, by: Self.blockSize) {
            let sealed = Self.block(of: bytes, at: index)
            var plain = sealed
            decrypt(&plain)
            plain.left ^= last.left
            plain.right ^= last.right
            Self.append(plain, to: &output)
            last = sealed
        }
        return output
    }

    private func mix(_ word: UInt32) -> UInt32 {
        let first = boxes[Int(word >> 24)] &+ boxes[256 + Int(word >> 16 & 0xFF)]
        return (first ^ boxes[512 + Int(word >> 8 & 0xFF)]) &+ boxes[768 + Int(word & 0xFF)]
    }

    private static func block(of bytes: ArraySlice<UInt8>, at index: Int) -> Block {
        Block(left: word(of: bytes, at: index), right: word(of: bytes, at: index + 4))
    }

    private static func word(of bytes: ArraySlice<UInt8>, at index: Int) -> UInt32 {
        UInt32(bytes[index]) << 24 | UInt32(bytes[index + 1]) << 16
            | UInt32(bytes[index + 2]) << 8 | UInt32(bytes[index + 3])
    }

    private static func append(_ block: Block, to output: inout [UInt8]) {
        append(block.left, to: &output)
        append(block.right, to: &output)
    }

    private static func append(_ word: UInt32, to output: inout [UInt8]) {
        output.append(UInt8(truncatingIfNeeded: word >> 24))
        output.append(UInt8(truncatingIfNeeded: word >> 16))
        output.append(UInt8(truncatingIfNeeded: word >> 8))
        output.append(UInt8(truncatingIfNeeded: word))
    }
}
