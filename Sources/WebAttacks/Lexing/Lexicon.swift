// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The words that mean something to one of the languages, found by one look-up.
///
/// A hash table with linear probing, made once; words are ASCII in lower case.
struct Lexicon: Sendable {
    struct Entry: Sendable {
        var text: [UInt8] = []
        var roles: Roles = []
        var sql = SQLKind.name
    }

    /// The entry 0 stands for every unknown word.
    private(set) var entries = [Entry()]
    private var slots: [UInt16]
    private let mask: Int

    init() {
        mask = 8191
        slots = [UInt16](repeating: 0, count: 8192)
        for (roles, words) in LexiconWords.byRole {
            for word in words.utf8.split(separator: 0x20) { add(Array(word), roles, nil) }
        }
        for (kind, words) in LexiconWords.sqlKinds {
            for word in words.utf8.split(separator: 0x20) { add(Array(word), [], kind) }
        }
    }

    private mutating func add(_ word: [UInt8], _ roles: Roles, _ sql: SQLKind?) {
        var hash = Self.seed
        for byte in word { hash = Self.step(hash, byte) }
        var slot = Self.slot(hash, mask)
        while slots[slot] != 0 {
            let index = Int(slots[slot])
            if entries[index].text == word {
                entries[index].roles.formUnion(roles)
                if let sql { entries[index].sql = sql }
                return
            }
            slot = (slot + 1) & mask
        }
        slots[slot] = UInt16(entries.count)
        entries.append(Entry(text: word, roles: roles, sql: sql ?? .name))
    }

    static let seed: UInt32 = 2_166_136_261

    static func step(_ hash: UInt32, _ byte: UInt8) -> UInt32 {
        (hash ^ UInt32(byte)) &* 16_777_619
    }

    private static func slot(_ hash: UInt32, _ mask: Int) -> Int {
        Int(hash ^ (hash >> 15)) & mask
    }

    /// The entry of a word whose bytes are in lower case and whose hash is known.
    func find(_ bytes: Span<UInt8>, hash: UInt32) -> UInt16 {
        var slot = Self.slot(hash, mask)
        while slots[slot] != 0 {
            let index = slots[slot]
            if matches(Int(index), bytes) { return index }
            slot = (slot + 1) & mask
        }
        return 0
    }

    private func matches(_ index: Int, _ bytes: Span<UInt8>) -> Bool {
        let count = entries[index].text.count
        guard count == bytes.count else { return false }
        for offset in 0..<count where entries[index].text[offset] != bytes[offset] { return false }
        return true
    }
}
