// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Reads a layer's packages as its tar passes by; keeps one file at a time.
///
/// Whiteouts: `.wh.NAME` takes NAME away, `.wh..wh..opq` all of a folder.
/// Source: OCI image specification 1.1, layer.md.
struct LayerScanner: TarVisitor {
    private(set) var inventory = LayerInventory()
    private let limits: ArchiveLimits
    private var open: (file: PackageFile, entry: TarEntry)?
    private var buffer: [UInt8] = []
    private var packageCount = 0
    /// Notes are for people: after so many there is nothing new in them.
    private static let noteLimit = 50

    init(_ limits: ArchiveLimits) {
        self.limits = limits
    }

    /// Puts the inventory in order; nothing may follow.
    mutating func finish() {
        inventory.names.sort()
    }

    mutating func begin(_ entry: TarEntry) throws -> Bool {
        if entry.name.hasPrefix(".wh.") {
            takeWhiteout(entry)
            return false
        }
        guard entry.kind != .folder else { return false }
        inventory.names.append(PathHash.of(entry.path))
        guard entry.kind == .file, let file = PackageFile(entry) else { return false }
        guard entry.size <= limits.fileBytes else {
            note("\(entry.path) has \(entry.size) bytes and was not read")
            return false
        }
        open = (file, entry)
        buffer.reserveCapacity(entry.size)
        return true
    }

    mutating func body(_ bytes: Span<UInt8>) throws {
        guard let file = open?.file else { return }
        buffer.append(span: bytes)
        let isForeign = file == .executable && buffer.count >= 4 && !buffer.starts(with: Self.elf)
        if isForeign { close() }
    }

    mutating func end() throws {
        guard let (file, entry) = open else { return }
        defer { close() }
        if file == .systemRelease {
            inventory.releases[entry.path] = SystemRelease(buffer)
            return
        }
        var packages = try file.packages(buffer, name: String(entry.name), limits)
        guard !packages.isEmpty || !file.isOfOne else { return }
        packageCount += packages.count
        guard packageCount <= limits.packages else {
            throw TarReader.excessive("it has more than \(limits.packages) packages")
        }
        for index in packages.indices { packages[index].path = entry.path }
        inventory.files.append(LayerInventory.File(path: entry.path, packages: packages))
    }

    private static let elf: [UInt8] = [0x7F, 0x45, 0x4C, 0x46]

    private mutating func close() {
        open = nil
        // What a large binary took is not kept for small files.
        if buffer.capacity > 4 << 20 {
            buffer = []
        } else {
            buffer.removeAll(keepingCapacity: true)
        }
    }

    private mutating func takeWhiteout(_ entry: TarEntry) {
        let name = entry.name.dropFirst(4)
        if name == ".wh..opq" {
            inventory.opaque.append(String(entry.folder))
        } else if !name.hasPrefix(".wh."), !name.isEmpty {
            let folder = entry.folder
            inventory.removed.append(folder.isEmpty ? String(name) : "\(folder)/\(name)")
        }
    }

    private mutating func note(_ text: String) {
        if inventory.notes.count < Self.noteLimit { inventory.notes.append(text) }
    }
}

extension PackageFile {
    /// Whether the file tells of what is beside or in it, not of the whole system.
    var isOfOne: Bool {
        switch self {
        case .debian, .alpine, .rpm, .systemRelease: false
        default: true
        }
    }
}
