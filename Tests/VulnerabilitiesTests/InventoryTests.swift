// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Testing
import Vulnerabilities

enum DebianStatus {
    /// A dpkg status of packages and versions.
    static func text(_ packages: [(String, String)]) -> String {
        packages.map { "Package: \($0.0)\nStatus: install ok installed\nVersion: \($0.1)\n" }
            .joined(separator: "\n")
    }
}

/// Reads an export whole.
func imageOf(_ export: [UInt8], pieces: Int = 65_536) throws -> ImageInventory {
    var archive = ImageArchive(.standard) { _ in nil }
    var start = 0
    while start < export.count {
        let end = min(export.count, start + pieces)
        try archive.feed(export.span.extracting(start..<end))
        start = end
    }
    return try archive.finish().image
}

@Suite("Inventories of images")
struct InventoryTests {
    private func layer(_ build: (inout TarWriter) -> Void) -> [UInt8] {
        var tar = TarWriter()
        build(&tar)
        return tar.finished
    }

    private func listing(_ image: ImageInventory) -> [String] {
        image.packages.map { "\($0.name) \($0.version) @\($0.layer ?? -1)" }
    }

    @Test("packages come from the layer that brought them, in every form of export")
    func layers() throws {
        // given
        let base = layer {
            $0.add(
                "etc/os-release",
                text: "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian 12\"\n"
            )
            $0.add(
                "var/lib/dpkg/status",
                text: DebianStatus.text([("bash", "5.2"), ("curl", "7.88")])
            )
        }
        let top = layer {
            $0.add(
                "var/lib/dpkg/status",
                text: DebianStatus.text([("bash", "5.2"), ("curl", "8.0"), ("git", "2.39")])
            )
            $0.add(
                "usr/lib/python3/dist-packages/Jinja2-3.1.2.dist-info/METADATA",
                text: "Name: Jinja2\nVersion: 3.1.2\n"
            )
        }
        let forms = [
            ImageWriter.blobs([base, top]), ImageWriter.folders([base, top]),
            ImageWriter.blobs([Compressed.gzip(base), Compressed.zstd(top)]),
        ]
        for export in forms {
            for pieces in [333, 1 << 20] {
                // when
                let image = try imageOf(export, pieces: pieces)

                // then
                #expect(
                    listing(image) == [
                        "bash 5.2 @0", "curl 8.0 @1", "git 2.39 @1", "Jinja2 3.1.2 @1",
                    ]
                )
                #expect(image.release?.ecosystem == "Debian:12")
                #expect(image.names == ["shop:7"])
                #expect(image.layers == [ImageWriter.digest(1), ImageWriter.digest(2)])
                #expect(image.architecture == "amd64")
            }
        }
    }

    @Test("what an upper layer takes away or replaces is gone")
    func whiteouts() throws {
        let metadata = "Name: x\nVersion: 1\n"
        let base = layer {
            for folder in ["a", "b", "c", "d", "e"] {
                $0.add(
                    "\(folder)/\(folder)-1.dist-info/METADATA",
                    text: "Name: \(folder)\nVersion: 1\n"
                )
            }
            $0.add(
                "bin/tool",
                BinarySamples.elf(
                    ".go.buildinfo",
                    BinarySamples.goInformation + [UInt8](repeating: 0, count: 4096)
                ),
                mode: 0o755
            )
        }
        let top = layer {
            $0.add("a/a-1.dist-info/.wh.METADATA")
            $0.add(".wh.b")
            $0.add("c/.wh..wh..opq")
            $0.add("c/new-1.dist-info/METADATA", text: "Name: new\nVersion: 1\n")
            // A file in place of a folder, and a script in place of a binary.
            $0.add("d", text: "now a file")
            $0.add("bin/tool", text: "#!/bin/sh\n", mode: 0o755)
            $0.add("e/.wh.other")
            $0.add("f-1.dist-info/METADATA", text: metadata)
        }
        let image = try imageOf(ImageWriter.blobs([base, top]))
        #expect(image.packages.map(\.name) == ["e", "new", "x"])
        // And the base alone has them all.
        let before = try imageOf(ImageWriter.blobs([base]))
        #expect(
            before.packages.map(\.name) == [
                "example.com/fork", "example.com/shop", "golang.org/x/net", "stdlib", "a", "b", "c",
                "d", "e",
            ]
        )
    }

    @Test("a distroless image is known by its status.d; a file that is too large is told")
    func distroless() throws {
        var limits = ArchiveLimits.standard
        limits.fileBytes = 5000
        let base = layer {
            $0.add(
                "var/lib/dpkg/status.d/tzdata",
                text: "Package: tzdata\nVersion: 2024a-0+deb12u1\n"
            )
            $0.add("var/lib/dpkg/status.d/tzdata.md5sums", text: "Package: no\nVersion: 1\n")
            $0.add("opt/huge.jar", [UInt8](repeating: 1, count: 6000))
        }
        var archive = ImageArchive(limits) { _ in nil }
        let export = ImageWriter.blobs([base])
        try archive.feed(export.span)
        let image = try archive.finish().image
        #expect(listing(image) == ["tzdata 2024a-0+deb12u1 @0"])
        #expect(image.notes == ["opt/huge.jar has 6000 bytes and was not read"])
    }

    @Test("an export that is cut off, or names layers it lacks, is refused")
    func broken() throws {
        let export = ImageWriter.blobs([layer { $0.add("a", text: "x") }])
        let cut = #expect(throws: VulnerabilityError.self) {
            _ = try imageOf(Array(export.prefix(1500)))
        }
        #expect(cut?.code == .damagedArchive)
        var tar = TarWriter()
        tar.add("manifest.json", text: #"[{"Config":"c.json","Layers":["gone/layer.tar"]}]"#)
        tar.add("c.json", text: #"{"rootfs":{"diff_ids":["sha256:1"]}}"#)
        let lacking = #expect(throws: VulnerabilityError.self) { _ = try imageOf(tar.finished) }
        #expect(lacking?.code == .badImage)
        let nothing = #expect(throws: VulnerabilityError.self) {
            _ = try imageOf(TarWriter().finished)
        }
        #expect(nothing?.code == .badImage)
    }

    @Test("a layer that is remembered is not read again, and is the same")
    func memory() throws {
        let folder = TemporaryFolder()
        let memory = try LayerMemory(folder: folder.path + "/layers")
        let base = layer {
            $0.add("etc/os-release", text: "ID=alpine\nVERSION_ID=3.20.1\n")
            $0.add("lib/apk/db/installed", text: "P:musl\nV:1.2.5-r0\no:musl\n")
            $0.add("x/.wh.y")
            $0.add("z/.wh..wh..opq")
        }
        var archive = ImageArchive(.standard) { memory.layer($0) }
        let export = ImageWriter.blobs([base])
        try archive.feed(export.span)
        let (image, layers) = try archive.finish()
        try memory.remember(layers)

        #expect(memory.layer(ImageWriter.digest(1)) == layers[ImageWriter.digest(1)])
        #expect(memory.layer(ImageWriter.digest(2)) == nil)
        #expect(memory.layer("sha256:../../etc/passwd") == nil)
        // Now the bytes of the layer no longer matter.
        var again = ImageArchive(.standard) { memory.layer($0) }
        let rubbish = ImageWriter.blobs([Array("rubbish, and no tar".utf8)])
        try again.feed(rubbish.span)
        #expect(try again.finish().image == image)
    }

    @Test("bytes of a remembered layer that are damaged are no layer")
    func damagedMemory() {
        var layer = LayerInventory()
        layer.files = [.init(path: "a", packages: [InstalledPackage(.node, "x", "1")])]
        layer.names = [1, 2, UInt64.max]
        layer.notes = ["n"]
        let bytes = layer.bytes
        #expect(LayerInventory(bytes: bytes) == layer)
        for count in 0..<bytes.count {
            #expect(LayerInventory(bytes: Array(bytes.prefix(count))) == nil)
        }
        for index in bytes.indices {
            var changed = bytes
            changed[index] = 0xFF
            _ = LayerInventory(bytes: changed)
        }
    }
}
