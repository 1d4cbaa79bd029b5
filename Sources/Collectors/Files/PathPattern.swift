// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A `<location>`: one path, a pattern of paths, or a path with a date in it.
///
/// `*`, `?` and `[` make it a pattern, else `%` a date; a pattern's `%` means
/// itself. Source: around-the-engine.md §2.1.
package struct PathPattern: Sendable, Equatable {
    private enum Kind: Equatable {
        case literal, glob, date
    }

    private let text: FilePath
    private let kind: Kind

    package init(_ text: String) {
        self.text = FilePath(text)
        let wild: [UInt8] = [UInt8(ascii: "*"), UInt8(ascii: "?"), UInt8(ascii: "[")]
        if text.utf8.contains(where: wild.contains) {
            kind = .glob
        } else {
            kind = text.utf8.contains(UInt8(ascii: "%")) ? .date : .literal
        }
    }

    /// Whether it can stand for several files, which come and go.
    var isGlob: Bool { kind == .glob }

    /// Whether its meaning changes with the day.
    var isDated: Bool { kind == .date }

    /// Whether this path is meant, at that moment in seconds since the epoch.
    package func matches(_ path: FilePath, atSeconds seconds: Int64) -> Bool {
        switch kind {
        case .literal: return path == text
        case .date: return path == dated(atSeconds: seconds)
        case .glob:
            return text.withCString { pattern in
                path.withCString { fnmatch(pattern, $0, FNM_PATHNAME | FNM_PERIOD) == 0 }
            }
        }
    }

    /// The paths that are meant: of a pattern the regular files there are, in
    /// order of their bytes, else the one path whether it is there or not.
    func paths(atSeconds seconds: Int64) -> [FilePath] {
        switch kind {
        case .literal: [text]
        case .date: [dated(atSeconds: seconds)]
        case .glob: Self.existing(text).filter(\.isRegularFile)
        }
    }

    /// The folders in which a new entry can make a new match.
    func folders() -> [FilePath] {
        guard kind == .glob else { return [] }
        var folders: [FilePath] = []
        let parts = text.bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        for index in parts.indices where parts[index].contains(where: Self.isWild) {
            let above = Array(parts[..<index].joined(separator: [UInt8(ascii: "/")]))
            let isRoot = above.isEmpty && index > 0
            let folder = FilePath(bytes: isRoot ? [UInt8(ascii: "/")] : above)
            folders += above.contains(where: Self.isWild) ? Self.existing(folder) : [folder]
        }
        return folders
    }

    private static func isWild(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "*") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "[")
    }

    private static func existing(_ pattern: FilePath) -> [FilePath] {
        var result = glob_t()
        defer { globfree(&result) }
        guard pattern.withCString({ glob($0, 0, nil, &result) }) == 0 else { return [] }
        return (0..<Int(clamping: result.gl_pathc)).compactMap { index in
            guard let path = result.gl_pathv?[index] else { return nil }
            let bytes = UnsafeRawBufferPointer(start: path, count: strlen(path))
            return FilePath(bytes: bytes)
        }
    }

    /// The path with today's date, by `strftime`; as it stands when that gives
    /// more than a path may be long.
    private func dated(atSeconds seconds: Int64) -> FilePath {
        var time = time_t(seconds)
        var parts = tm()
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        guard localtime_r(&time, &parts) != nil else { return text }
        let count = text.withCString { strftime(&buffer, buffer.count, $0, &parts) }
        guard count > 0 else { return text }
        return FilePath(bytes: buffer.prefix(count).map { UInt8(bitPattern: $0) })
    }
}

extension FilePath {
    /// Whether a regular file is there, also through links.
    var isRegularFile: Bool {
        var status = stat()
        return withCString { stat($0, &status) } == 0 && status.st_mode & S_IFMT == S_IFREG
    }
}
