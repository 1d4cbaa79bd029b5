// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

extension LayerInventory {
    /// Grows when what is read of a layer changes, so that layers are read anew.
    private static let format: UInt64 = 1

    /// The form in which a layer is remembered.
    package var bytes: [UInt8] {
        var output: [UInt8] = []
        output.append(variable: Self.format)
        output.append(variable: UInt64(files.count))
        for file in files {
            output.append(string: file.path)
            output.append(variable: UInt64(file.packages.count))
            for package in file.packages {
                for text in [
                    package.kind.rawValue, package.name, package.version, package.architecture,
                    package.sourceName, package.sourceVersion, package.path,
                ] { output.append(string: text) }
            }
        }
        output.append(variable: UInt64(releases.count))
        for (path, release) in releases.sorted(by: { $0.key < $1.key }) {
            for text in [path, release.id, release.version, release.codename, release.name] {
                output.append(string: text)
            }
        }
        for list in [removed, opaque, notes] {
            output.append(variable: UInt64(list.count))
            for text in list { output.append(string: text) }
        }
        output.append(variable: UInt64(names.count))
        for name in names { output.append(little: name, count: 8) }
        return output
    }

    /// Nil for bytes of another format, or damaged ones.
    package init?(bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        guard reader.variable() == Self.format, let fileCount = reader.count() else { return nil }
        for _ in 0..<fileCount {
            guard let file = Self.file(&reader) else { return nil }
            files.append(file)
        }
        guard let releaseCount = reader.count() else { return nil }
        for _ in 0..<releaseCount {
            guard let texts = Self.texts(&reader, count: 5) else { return nil }
            releases[texts[0]] = SystemRelease(
                id: texts[1],
                version: texts[2],
                codename: texts[3],
                name: texts[4]
            )
        }
        var lists: [[String]] = []
        for _ in 0..<3 {
            guard let count = reader.count(), let list = Self.texts(&reader, count: count) else {
                return nil
            }
            lists.append(list)
        }
        (removed, opaque, notes) = (lists[0], lists[1], lists[2])
        guard let nameCount = reader.count(), nameCount <= (bytes.count - reader.index) / 8 else {
            return nil
        }
        names.reserveCapacity(nameCount)
        for index in 0..<nameCount {
            let place = reader.index + 8 * index
            var name: UInt64 = 0
            for byte in bytes[place..<(place + 8)].reversed() { name = name << 8 | UInt64(byte) }
            names.append(name)
        }
    }

    private static func file(_ reader: inout ByteReader) -> File? {
        guard let path = reader.string(), let count = reader.count() else { return nil }
        var packages: [InstalledPackage] = []
        for _ in 0..<count {
            guard let texts = texts(&reader, count: 7),
                let kind = InstalledPackage.Kind(rawValue: texts[0])
            else { return nil }
            var package = InstalledPackage(kind, texts[1], texts[2])
            package.architecture = texts[3]
            package.sourceName = texts[4]
            package.sourceVersion = texts[5]
            package.path = texts[6]
            packages.append(package)
        }
        return File(path: path, packages: packages)
    }

    private static func texts(_ reader: inout ByteReader, count: Int) -> [String]? {
        var texts: [String] = []
        for _ in 0..<count {
            guard let text = reader.string() else { return nil }
            texts.append(text)
        }
        return texts
    }
}
