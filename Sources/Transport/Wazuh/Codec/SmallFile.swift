// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostFiles

/// Files that are read and replaced whole; all of it blocks.
enum SmallFile {
    /// The bytes of a file, at most `limit` of them.
    ///
    /// - Throws: ``TransportError`` `keyFile`, also when it is longer.
    static func read(_ path: String, limit: Int) throws -> [UInt8] {
        do { return try WholeFile.read(path, limit: limit) } catch { throw TransportError(error) }
    }

    /// Puts new contents in a file's place, so that a crash leaves the old or the new.
    ///
    /// - Throws: ``TransportError`` `keyFile`; the old contents stay.
    static func replace(_ path: String, with bytes: [UInt8], mode: mode_t) throws {
        do {
            try WholeFile.replace(path, with: bytes, WholeFile.Manner(mode: mode))
        } catch {
            throw TransportError(error)
        }
    }

    /// Names in a folder, ordered; none when it cannot be read.
    static func names(in folder: String) -> [String] {
        Folder.names(in: folder) ?? []
    }

    static func isFolder(_ path: String) -> Bool {
        Folder.exists(path)
    }

    /// Makes a folder and those above it that are missing.
    ///
    /// - Throws: ``TransportError`` `keyFile`.
    static func makeFolder(_ path: String) throws {
        do { try Folder.make(path, mode: 0o750) } catch { throw TransportError(error) }
    }
}

extension TransportError {
    fileprivate init(_ error: HostFileError) {
        self.init(.keyFile, error.message)
    }
}
