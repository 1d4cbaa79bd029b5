// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The values of a hash of Berkeley DB, as RPM's `Packages` was until 2020.
///
/// ```
/// page 0:  12 4 magic 0x061561  20 4 page size  32 4 last page
/// page:    16 4 next page  20 2 entries  22 2 free space  25 1 kind
///          26.. places of entries, two bytes each: key, value, key, value
/// entry:   0 1 kind: 1 data here, 3 on other pages: 4 4 page, 8 4 bytes
/// ```
/// Numbers have the byte order of the machine that wrote the file.
/// Source: Oracle Berkeley DB 5.3, "dbinc/db_page.h" as documented there.
struct BerkeleyHashFile {
    private let bytes: [UInt8]
    private let pageSize: Int
    private let isBig: Bool

    private static let hashPages: Set<UInt8> = [2, 13]
    private static let overflowPage: UInt8 = 7

    /// Nil when the bytes are no such database.
    init?(_ bytes: [UInt8]) {
        let magic = 0x06_1561
        if ByteReader.little(bytes, at: 12, count: 4) == magic {
            isBig = false
        } else if ByteReader.big(bytes, at: 12, count: 4) == magic {
            isBig = true
        } else {
            return nil
        }
        let size =
            isBig
            ? ByteReader.big(bytes, at: 20, count: 4) : ByteReader.little(bytes, at: 20, count: 4)
        guard let size, size >= 512, size <= 65_536, size.nonzeroBitCount == 1 else { return nil }
        pageSize = size
        self.bytes = bytes
    }

    func blobs(limit: Int) -> [[UInt8]] {
        var blobs: [[UInt8]] = []
        // Real values share no page: more than the file holds is a trick.
        var budget = bytes.count
        for page in stride(from: pageSize, through: bytes.count - pageSize, by: pageSize) {
            guard Self.hashPages.contains(bytes[page + 25]), let entries = number(page + 20, 2)
            else { continue }
            for entry in stride(from: 1, to: entries, by: 2) {
                guard blobs.count < limit else { return blobs }
                guard let place = number(page + 26 + 2 * entry, 2), place < pageSize - 12,
                    bytes[page + place] == 3,
                    let first = number(page + place + 4, 4),
                    let size = number(page + place + 8, 4), size <= bytes.count,
                    let blob = overflow(from: first, size: size)
                else { continue }
                budget -= size
                guard budget >= 0 else { return blobs }
                blobs.append(blob)
            }
        }
        return blobs
    }

    private func number(_ index: Int, _ count: Int) -> Int? {
        isBig
            ? ByteReader.big(bytes, at: index, count: count)
            : ByteReader.little(bytes, at: index, count: count)
    }

    /// What a chain of pages holds.
    private func overflow(from first: Int, size: Int) -> [UInt8]? {
        var page = first
        var data: [UInt8] = []
        while data.count < size, page > 0 {
            let start = page * pageSize
            guard start <= bytes.count - pageSize, bytes[start + 25] == Self.overflowPage,
                let count = number(start + 22, 2), count > 0, count <= pageSize - 26
            else { return nil }
            data += bytes[(start + 26)..<(start + 26 + count)]
            page = number(start + 16, 4) ?? 0
        }
        return data.count >= size ? Array(data.prefix(size)) : nil
    }
}
