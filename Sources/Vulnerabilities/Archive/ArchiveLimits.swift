// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// How much of an archive is read before it is refused.
///
/// Reasons: docs/adr/0022-image-vulnerabilities.md.
package struct ArchiveLimits: Sendable, Hashable {
    /// Entries of one layer.
    package var entries: Int
    /// Bytes of one layer, unpacked.
    package var layerBytes: Int
    /// Bytes of a path or of a link's target.
    package var pathBytes: Int
    /// Bytes of the extended header of one entry.
    package var headerBytes: Int
    /// Bytes of a file that is read whole: a database, a binary, a jar.
    package var fileBytes: Int
    /// Bytes that may come out before the ratio counts.
    package var freeBytes: Int
    /// Bytes that may come out of one compressed byte.
    package var ratio: Int
    /// Packages of one layer.
    package var packages: Int
    /// Archives within archives: a jar in a jar.
    package var depth: Int

    /// A million entries and 16 GiB a layer; files of 96 MiB are read whole.
    package static let standard = ArchiveLimits(
        entries: 1_000_000,
        layerBytes: 16 << 30,
        pathBytes: 4096,
        headerBytes: 1 << 20,
        fileBytes: 96 << 20,
        freeBytes: 512 << 20,
        ratio: 400,
        packages: 200_000,
        depth: 2
    )

    package init(
        entries: Int,
        layerBytes: Int,
        pathBytes: Int,
        headerBytes: Int,
        fileBytes: Int,
        freeBytes: Int,
        ratio: Int,
        packages: Int,
        depth: Int
    ) {
        self.entries = entries
        self.layerBytes = layerBytes
        self.pathBytes = pathBytes
        self.headerBytes = headerBytes
        self.fileBytes = fileBytes
        self.freeBytes = freeBytes
        self.ratio = ratio
        self.packages = packages
        self.depth = depth
    }
}
