// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A shared file on its way from the manager.
///
/// Source: around-the-engine.md §5.9.
struct BundleReceiver {
    /// Bytes of a file at most.
    private static let limit = 16 << 20

    private var digest = ""
    private var name = ""
    private var bytes: [UInt8]?

    mutating func start(digest: String, name: String) {
        self.digest = digest
        self.name = name
        bytes = []
    }

    /// Takes a piece; one that belongs to no file, or to one too large, is dropped.
    mutating func append(_ chunk: ArraySlice<UInt8>) {
        guard let count = bytes?.count else { return }
        if count + chunk.count > Self.limit {
            bytes = nil
        } else {
            bytes?.append(contentsOf: chunk)
        }
    }

    /// The bundle that is complete now; nil when it is another file, or damaged.
    mutating func end() -> SharedBundle? {
        defer { bytes = nil }
        guard let bytes, name == SharedBundle.name else { return nil }
        let bundle = SharedBundle(bytes: bytes)
        return bundle.digest == digest ? bundle : nil
    }
}
