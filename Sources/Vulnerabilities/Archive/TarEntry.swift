// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A member of a tar archive.
package struct TarEntry: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        case file
        case folder
        /// To a path within the archive.
        case hardLink(target: String)
        case symbolicLink(target: String)
        /// A device, a pipe.
        case other
    }

    package let kind: Kind
    /// Relative, without `.` and empty parts; empty for the root itself.
    package let path: String
    /// Permission bits.
    package let mode: UInt32
    /// Bytes of the body.
    package let size: Int

    package init(kind: Kind, path: String, mode: UInt32, size: Int) {
        self.kind = kind
        self.path = path
        self.mode = mode
        self.size = size
    }

    /// The part after the last slash.
    package var name: Substring { path[path.lastSlash...] }

    /// The part before the last slash; empty in the root.
    package var folder: Substring {
        path.lastSlash == path.startIndex ? "" : path[..<path.index(before: path.lastSlash)]
    }
}

extension String {
    /// Where the last part of a path begins.
    fileprivate var lastSlash: Index {
        utf8.lastIndex(of: UInt8(ascii: "/")).map { utf8.index(after: $0) } ?? startIndex
    }
}

/// What follows the members of a tar archive, in their order.
package protocol TarVisitor {
    /// A member begins.
    ///
    /// - Returns: Whether its body is wanted.
    mutating func begin(_ entry: TarEntry) throws -> Bool
    /// A piece of the wanted body, not empty.
    mutating func body(_ bytes: Span<UInt8>) throws
    /// The wanted body is complete.
    mutating func end() throws
}
