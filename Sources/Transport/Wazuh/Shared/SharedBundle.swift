// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The files that a group's agents get, in one: `merged.mg`.
///
/// ```
/// #GROUP
/// !SIZE PATH
/// SIZE bytes, and the next file follows at once
/// ```
/// Source: around-the-engine.md §5.9.
package struct SharedBundle: Sendable, Hashable {
    /// A file of a bundle.
    package struct File: Sendable, Hashable {
        /// Without a folder.
        package let name: String
        package let bytes: [UInt8]

        package init(name: String, bytes: [UInt8]) {
            self.name = name
            self.bytes = bytes
        }
    }

    /// What it is called on the way.
    package static let name = "merged.mg"
    /// Bytes that are sent at once.
    package static let chunkLimit = 900

    package let bytes: [UInt8]
    /// MD5 of ``bytes``, in lower-case hexadecimal digits.
    package let digest: String

    /// Puts files together, in this order.
    package init(group: String, files: [File]) {
        var bytes = Array("#\(group)\n".utf8)
        for file in files {
            bytes += Array("!\(file.bytes.count) \(file.name)\n".utf8)
            bytes += file.bytes
        }
        self.init(bytes: bytes)
    }

    /// Takes a bundle as it came.
    package init(bytes: [UInt8]) {
        self.bytes = bytes
        digest = String(decoding: HexDigest.md5(bytes), as: UTF8.self)
    }

    /// The files of a bundle that came from a manager; nil when it is damaged, or
    /// when a name would lead elsewhere.
    package var files: [File]? {
        var files: [File] = []
        var rest = bytes[...]
        while let first = rest.first {
            guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
            let line = String(
                decoding: rest[rest.index(after: rest.startIndex)..<end],
                as: UTF8.self
            )
            rest = rest[(end + 1)...]
            if first == UInt8(ascii: "#") { continue }
            let words = line.split(separator: " ", maxSplits: 1)
            guard first == UInt8(ascii: "!"), words.count == 2, let size = Int(words[0]),
                (0...rest.count).contains(size), Self.isSafe(words[1])
            else { return nil }
            files.append(File(name: String(words[1]), bytes: Array(rest.prefix(size))))
            rest = rest.dropFirst(size)
        }
        return files
    }

    /// The piece that starts at an offset; empty at the end.
    ///
    /// No piece looks like a control message, for which the agent would take it.
    package func chunk(from start: Int) -> ArraySlice<UInt8> {
        guard start < bytes.count else { return [] }
        var end = min(start + Self.chunkLimit, bytes.count)
        if bytes[end...].starts(with: AgentMessage.controlMark) { end -= 1 }
        return bytes[start..<end]
    }

    /// Whether a name is one file in one folder.
    package static func isSafe(_ name: some StringProtocol) -> Bool {
        (1...255).contains(name.utf8.count) && name.first != "." && name != ".."
            && name.utf8.allSatisfy { $0 > 0x20 && $0 != UInt8(ascii: "/") && $0 != 0x7F }
    }
}
