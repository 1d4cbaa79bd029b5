// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The blobs of RPM's own database `Packages.db` ("ndb"), as on SUSE.
///
/// ```
/// file:  0 4 "RpmP"  4 4 version  12 4 pages of slots (4096 bytes each)
/// slot:  0 4 "Slot"  4 4 package  8 4 place in blocks of 16 bytes  12 4 blocks
/// blob:  0 4 "BlbS"  4 4 package  12 4 bytes of data, which follow
/// ```
/// Numbers have the lowest byte first. Source: RPM 4.20, "ndb" as described in
/// docs/manual; checked with databases of openSUSE's form.
struct NDBFile {
    private let bytes: [UInt8]

    /// Nil when the bytes are no such database.
    init?(_ bytes: [UInt8]) {
        guard bytes.count >= 4096, bytes.starts(with: Array("RpmP".utf8)) else { return nil }
        self.bytes = bytes
    }

    func blobs(limit: Int) -> [[UInt8]] {
        let pages = ByteReader.little(bytes, at: 12, count: 4) ?? 0
        let end = min(bytes.count, pages > bytes.count / 4096 ? bytes.count : pages * 4096)
        var blobs: [[UInt8]] = []
        // Real blobs do not overlap: more than the file holds is a trick.
        var budget = bytes.count
        // The header takes the place of two slots.
        for slot in stride(from: 32, to: end, by: 16) where blobs.count < limit {
            guard ByteReader.slice(bytes, at: slot, count: 4)?.elementsEqual("Slot".utf8) == true,
                let package = ByteReader.little(bytes, at: slot + 4, count: 4), package > 0,
                let block = ByteReader.little(bytes, at: slot + 8, count: 4),
                let blob = blob(at: block * 16, of: package)
            else { continue }
            budget -= blob.count
            guard budget >= 0 else { break }
            blobs.append(blob)
        }
        return blobs
    }

    private func blob(at place: Int, of package: Int) -> [UInt8]? {
        guard ByteReader.slice(bytes, at: place, count: 4)?.elementsEqual("BlbS".utf8) == true,
            ByteReader.little(bytes, at: place + 4, count: 4) == package,
            let size = ByteReader.little(bytes, at: place + 12, count: 4)
        else { return nil }
        return ByteReader.slice(bytes, at: place + 16, count: size).map(Array.init)
    }
}
