// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Writes tar archives as tests need them, also wrong ones.
struct TarWriter {
    private(set) var bytes: [UInt8] = []

    /// The archive with its end.
    var finished: [UInt8] { bytes + [UInt8](repeating: 0, count: 1024) }

    /// A member with everything about it.
    mutating func add(
        _ path: String,
        _ body: [UInt8] = [],
        type: Character = "0",
        mode: Int = 0o644,
        link: String = "",
        claimedSize: [UInt8]? = nil
    ) {
        var header = [UInt8](repeating: 0, count: 512)
        put(Array(path.utf8.prefix(100)), at: 0, &header)
        put(octal(mode, 7), at: 100, &header)
        put(octal(0, 7), at: 108, &header)
        put(octal(0, 7), at: 116, &header)
        put(claimedSize ?? octal(body.count, 11), at: 124, &header)
        put(octal(0, 11), at: 136, &header)
        header[156] = type.asciiValue ?? 0x30
        put(Array(link.utf8.prefix(100)), at: 157, &header)
        put(Array("ustar\0".utf8) + Array("00".utf8), at: 257, &header)
        put([UInt8](repeating: 0x20, count: 8), at: 148, &header)
        put(octal(header.reduce(0) { $0 + Int($1) }, 6) + [0, 0x20], at: 148, &header)
        bytes += header + body
        bytes += [UInt8](repeating: 0, count: (512 - body.count % 512) % 512)
    }

    mutating func add(_ path: String, text: String, mode: Int = 0o644) {
        add(path, Array(text.utf8), mode: mode)
    }

    /// A pax header of records before the next member.
    mutating func addPax(_ records: [(String, String)]) {
        var body = ""
        for (key, value) in records {
            let rest = " \(key)=\(value)\n"
            var length = rest.utf8.count + 1
            while "\(length)".utf8.count + rest.utf8.count != length { length += 1 }
            body += "\(length)\(rest)"
        }
        add("PaxHeaders/x", Array(body.utf8), type: "x")
    }

    /// GNU's member that names the next one.
    mutating func addLongName(_ path: String) {
        add("././@LongLink", Array(path.utf8) + [0], type: "L")
    }

    private func octal(_ value: Int, _ width: Int) -> [UInt8] {
        let digits = String(value, radix: 8)
        return Array((String(repeating: "0", count: max(0, width - digits.count)) + digits).utf8)
    }

    private func put(_ part: [UInt8], at index: Int, _ header: inout [UInt8]) {
        header.replaceSubrange(index..<(index + part.count), with: part)
    }
}

/// Writes an image as `docker save` does.
enum ImageWriter {
    /// A layer as it is in the export, and unpacked.
    typealias Layer = [UInt8]

    static func digest(_ number: Int) -> String {
        let digits = String(number, radix: 16)
        return "sha256:" + String(repeating: "0", count: 64 - digits.count) + digits
    }

    /// The form of Docker 25 and newer, with the layers last to first, as their
    /// digests may order them.
    static func blobs(_ layers: [Layer]) -> [UInt8] {
        var tar = TarWriter()
        let names = layers.indices.map { "blobs/" + digest($0 + 1).replacing(":", with: "/") }
        for (name, layer) in zip(names, layers).reversed() { tar.add(name, layer) }
        let config = "blobs/sha256/" + String(repeating: "f", count: 64)
        tar.add(config, text: self.config(layers.count))
        tar.add("index.json", text: "{}")
        tar.add("manifest.json", text: manifest(config, names))
        return tar.finished
    }

    /// The older form.
    static func folders(_ layers: [Layer]) -> [UInt8] {
        var tar = TarWriter()
        let names = layers.indices.map { "layer\($0)/layer.tar" }
        for (index, layer) in layers.enumerated() {
            tar.add("layer\(index)", type: "5")
            tar.add("layer\(index)/json", text: "{}")
            tar.add(names[index], layer)
        }
        let config = String(repeating: "f", count: 64) + ".json"
        tar.add(config, text: self.config(layers.count))
        tar.add("manifest.json", text: manifest(config, names))
        return tar.finished
    }

    private static func config(_ count: Int) -> String {
        let digests = (0..<count).map { "\"\(digest($0 + 1))\"" }.joined(separator: ",")
        return #"{"architecture":"amd64","rootfs":{"type":"layers","diff_ids":[\#(digests)]}}"#
    }

    private static func manifest(_ config: String, _ layers: [String]) -> String {
        let names = layers.map { "\"\($0)\"" }.joined(separator: ",")
        return #"[{"Config":"\#(config)","RepoTags":["shop:7"],"Layers":[\#(names)]}]"#
    }
}
