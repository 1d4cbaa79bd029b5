// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The files that a path led to before, as rotation names them.
///
/// Of `app.log`: `app.log.1`, `app.log-20261127`, `app.log.2026-11-27_03`,
/// `app.1.log`, `app-2026-11-27.log`; not what was compressed.
struct RotatedSiblings {
    private let folder: FilePath
    private let name: [UInt8]

    init(of path: FilePath) {
        folder = path.parent
        name = Array(path.name)
    }

    /// Those that are there, the newest first: numbers, then by the time of the
    /// last writing.
    ///
    /// A rotation that happens meanwhile moves a file to where it is still
    /// looked for.
    func newestFirst() -> [FilePath] {
        var highest = 0
        var others: [(path: FilePath, modified: Int64)] = []
        for entry in entries() {
            if let number = number(of: entry.name) {
                highest = max(highest, number)
            } else if isRotated(entry.name) {
                let path = folder.appending(entry.name)
                if let stamp = FileStamp(at: path) { others.append((path, stamp.modified)) }
            }
        }
        others.sort { $0.modified > $1.modified }
        // One more than there are: they move up.
        let numbered = highest == 0 ? [] : (1...(highest + 1)).map(numbered)
        return numbered + others.map(\.path)
    }

    /// The name that rotation most often gives to the file before.
    func numbered(_ number: Int) -> FilePath {
        folder.appending(name + Array(".\(number)".utf8))
    }

    /// The entry of the folder that is the file of this inode, whatever its name.
    func path(ofInode inode: UInt64) -> FilePath? {
        entries().first { $0.inode == inode }.map { folder.appending($0.name) }
    }

    /// The number behind the name, from 1 to 9999.
    private func number(of entry: [UInt8]) -> Int? {
        guard entry.count > name.count + 1, entry.count <= name.count + 5,
            entry.starts(with: name), entry[name.count] == UInt8(ascii: "."),
            let number = Int(String(decoding: entry[(name.count + 1)...], as: UTF8.self))
        else { return nil }
        return number > 0 ? number : nil
    }

    private func isRotated(_ entry: [UInt8]) -> Bool {
        if entry.starts(with: name) { return Self.isSuffix(entry[name.count...]) }
        guard let dot = name.lastIndex(of: UInt8(ascii: ".")), dot > 0 else { return false }
        let end = name[dot...]
        guard entry.count > name.count, entry.starts(with: name[..<dot]),
            entry.suffix(end.count).elementsEqual(end)
        else { return false }
        return Self.isSuffix(entry[dot..<(entry.count - end.count)])
    }

    /// A date or a number behind `.`, `-` or `_`.
    private static func isSuffix(_ text: ArraySlice<UInt8>) -> Bool {
        let marks = [UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_")]
        guard let first = text.first, marks.contains(first) else { return false }
        let rest = text.dropFirst()
        let isDigit = { (byte: UInt8) in (0x30...0x39).contains(byte) }
        return rest.contains(where: isDigit)
            && rest.allSatisfy {
                isDigit($0) || marks.contains($0) || $0 == UInt8(ascii: "T")
                    || $0 == UInt8(ascii: ":")
            }
    }

    private func entries() -> [(name: [UInt8], inode: UInt64)] {
        guard let handle = folder.withCString({ opendir($0) }) else { return [] }
        defer { closedir(handle) }
        var entries: [(name: [UInt8], inode: UInt64)] = []
        while let entry = readdir(handle) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                Array(bytes.prefix { $0 != 0 })
            }
            entries.append((name, UInt64(entry.pointee.d_ino)))
        }
        return entries
    }
}
