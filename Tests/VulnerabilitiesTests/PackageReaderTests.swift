// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import JagaTesting
import Testing
import Vulnerabilities

@Suite("Package databases")
struct PackageReaderTests {
    @Test("dpkg: what is installed, with its source; settings that stayed are no package")
    func debian() {
        let packages = DebianPackages.read(
            Array(
                """
                Package: libssl3
                Status: install ok installed
                Architecture: amd64
                Source: openssl
                Version: 3.0.11-1~deb12u2
                Description: Secure Sockets Layer toolkit
                 Version: not this one

                Package: base-files
                Status: install ok installed
                Version: 12.4+deb12u5
                Source: base-files (12.4)

                Package: gone
                Status: deinstall ok config-files
                Version: 1

                Package: half
                Version: 2
                Status: install ok half-configured

                Package: nameless

                """.utf8
            )
        )
        #expect(packages.map(\.name) == ["libssl3", "base-files", "half"])
        #expect(packages[0].sourceName == "openssl")
        #expect(packages[0].sourceVersion == "3.0.11-1~deb12u2")
        #expect(packages[0].architecture == "amd64")
        #expect(packages[1].sourceVersion == "12.4")
        #expect(
            packages[0].purl(SystemRelease(id: "debian", version: "12"))
                == "pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64&distro=debian-12"
        )
    }

    @Test("apk: packages with their origin")
    func alpine() {
        let packages = AlpinePackages.read(
            Array(
                """
                C:Q1abc=
                P:libcrypto3
                V:3.1.4-r5
                A:x86_64
                o:openssl
                F:lib
                R:libcrypto.so.3

                P:musl
                V:1.2.4-r2
                """.utf8
            )
        )
        #expect(packages.map(\.name) == ["libcrypto3", "musl"])
        #expect(packages.map(\.sourceName) == ["openssl", "musl"])
    }

    @Test("languages: each small file tells of its package")
    func languages() {
        func read(_ reader: ([UInt8]) -> [InstalledPackage], _ text: String) -> [String] {
            reader(Array(text.utf8)).map { "\($0.kind.rawValue) \($0.name) \($0.version)" }
        }
        #expect(
            read(
                LanguagePackages.python,
                "Metadata-Version: 2.1\r\nName: Jinja2\r\nVersion: 3.1.2\r\n\r\nName: no"
            )
                == ["python Jinja2 3.1.2"]
        )
        #expect(
            read(LanguagePackages.node, #"{"name": "@types/node", "version": "20.1.0", "x": [1]}"#)
                == ["node @types/node 20.1.0"]
        )
        #expect(read(LanguagePackages.node, #"{"name": "cut"#) == [])
        #expect(
            read(
                LanguagePackages.composer,
                #"{"packages": [{"name": "monolog/monolog", "version": "v2.9.1"}, {"name": "x"}]}"#
            ) == ["composer monolog/monolog v2.9.1"]
        )
        #expect(
            read(
                LanguagePackages.nuget,
                #"{"libraries": {"Shop/1.0": {"type": "project"}, "Serilog/2.1.0": {"type": "package"}}}"#
            ) == ["nuget Serilog 2.1.0"]
        )
        #expect(
            read(
                LanguagePackages.gem,
                "Gem::Specification.new do |s|\n  s.name = \"rack\".freeze\n  s.version = \"2.2.4\"\nend\n"
            ) == ["gem rack 2.2.4"]
        )
    }

    @Test("rpm: a database of sqlite, with values on overflow pages")
    func sqlite() throws {
        let blobs = [
            RPMSamples.header(name: "bash", version: "5.1.8", release: "9.el9", epoch: nil),
            RPMSamples.header(
                name: "openssl-libs",
                version: "3.0.7",
                release: "24.el9",
                epoch: 1,
                source: "openssl-3.0.7-24.el9.src.rpm",
                padding: 9000
            ),
        ]
        let packages = try RPMPackages.read(RPMSamples.sqlite(blobs), .standard)
        #expect(packages.map(\.name) == ["bash", "openssl-libs"])
        #expect(packages.map(\.version) == ["5.1.8-9.el9", "1:3.0.7-24.el9"])
        #expect(packages[1].sourceName == "openssl")
        #expect(packages[0].architecture == "x86_64")
    }

    @Test("rpm: ndb and Berkeley DB tell the same")
    func otherDatabases() throws {
        let blobs = [
            RPMSamples.header(name: "zypper", version: "1.14", release: "1.1", epoch: nil),
            RPMSamples.header(
                name: "glibc",
                version: "2.31",
                release: "9",
                epoch: nil,
                padding: 7000
            ),
        ]
        for bytes in [RPMSamples.ndb(blobs), RPMSamples.berkeley(blobs)] {
            let packages = try RPMPackages.read(bytes, .standard)
            #expect(packages.map(\.name) == ["zypper", "glibc"])
            #expect(packages.map(\.version) == ["1.14-1.1", "2.31-9"])
        }
    }

    @Test("rpm: what is no database is said to be none")
    func notRPM() {
        let error = #expect(throws: VulnerabilityError.self) {
            _ = try RPMPackages.read(Array("nonsense".utf8), .standard)
        }
        #expect(error?.code == .damagedDatabase)
    }

    @Test("executables: Go's modules and Rust's audit data")
    func executables() {
        let go = BinarySamples.elf(".go.buildinfo", BinarySamples.goInformation)
        #expect(
            BinaryPackages.read(go).map { "\($0.name) \($0.version)" } == [
                "stdlib 1.22.3", "example.com/shop v1.0.0", "golang.org/x/net v0.17.0",
                "example.com/fork v0.2.0",
            ]
        )
        let audit = #"""
            {"packages":[{"name":"time","version":"0.1.40","source":"crates.io"},
            {"name":"cc","version":"1.0.0","kind":"build"}]}
            """#
        let rust = BinarySamples.elf(".dep-v0", Compressed.zlib(Array(audit.utf8)))
        #expect(BinaryPackages.read(rust).map { "\($0.kind.rawValue) \($0.name)" } == ["rust time"])
        #expect(BinaryPackages.read(BinarySamples.elf(".text", [1, 2, 3])) == [])
        #expect(BinaryPackages.read(Array(go.prefix(100))) == [])
    }

    @Test("jars: properties, also of jars within, else the manifest")
    func jars() {
        let inner = ZipWriter.zip([
            (
                "META-INF/maven/org.apache.logging.log4j/log4j-core/pom.properties",
                Array(
                    "#x\nversion=2.14.1\ngroupId=org.apache.logging.log4j\nartifactId=log4j-core\n"
                        .utf8
                )
            )
        ])
        let fat = ZipWriter.zip([("BOOT-INF/lib/log4j-core-2.14.1.jar", inner)])
        #expect(
            JavaPackages.read(fat, name: "shop.jar", .standard)
                .map { "\($0.name) \($0.version)" } == [
                    "org.apache.logging.log4j:log4j-core 2.14.1"
                ]
        )
        let plain = ZipWriter.zip([
            (
                "META-INF/MANIFEST.MF",
                Array(
                    "Manifest-Version: 1.0\r\nBundle-SymbolicName: org.apache.commons.io;x=1\r\nImplementation-Version: 2.6\r\n"
                        .utf8
                )
            )
        ])
        #expect(
            JavaPackages.read(plain, name: "commons-io-2.6.jar", .standard)
                .map { "\($0.name) \($0.version)" } == ["org.apache.commons.io:commons-io 2.6"]
        )
        #expect(JavaPackages.read(Array(fat.dropLast(30)), name: "x.jar", .standard) == [])
    }

    @Test("os-release names the ecosystem that advisories use")
    func releases() {
        let names: [(String, String, String, String?)] = [
            ("debian", "12", "bookworm", "Debian:12"), ("debian", "", "trixie", "Debian:trixie"),
            ("ubuntu", "22.04", "", "Ubuntu:22.04"), ("alpine", "3.20.1", "", "Alpine:v3.20"),
            ("rocky", "9.3", "", "Rocky Linux:9"), ("rhel", "8.9", "", "Red Hat:8"),
            ("made-up", "1", "", nil),
        ]
        for (id, version, codename, ecosystem) in names {
            let release = SystemRelease(id: id, version: version, codename: codename)
            #expect(release.ecosystem == ecosystem)
        }
    }

    @Test("no bytes make a reader trap")
    func noise() {
        let samples: [[UInt8]] = [
            RPMSamples.sqlite([RPMSamples.header(name: "a", version: "1", release: "2", epoch: 3)]),
            RPMSamples.ndb([RPMSamples.header(name: "a", version: "1", release: "2", epoch: 3)]),
            RPMSamples.berkeley([RPMSamples.header(name: "a", version: "1", release: "2", epoch: 3)]
            ),
            BinarySamples.elf(".go.buildinfo", BinarySamples.goInformation),
            ZipWriter.zip([("META-INF/maven/a/b/pom.properties", Array("version=1".utf8))]),
        ]
        var generator = SeededGenerator(seed: 9)
        for sample in samples {
            for _ in 0..<2000 {
                var bytes = sample
                for _ in 0..<generator.next(below: 8) + 1 {
                    // Mostly where structures are, at the front.
                    let place = generator.next(
                        below: generator.once(in: 2) ? bytes.count : min(300, bytes.count)
                    )
                    bytes[place] = generator.one(of: [
                        0, 1, 0x7F, 0x80, 0xFF, UInt8(generator.next(below: 256)),
                    ])
                }
                _ = try? RPMPackages.read(bytes, .standard)
                _ = BinaryPackages.read(bytes)
                _ = JavaPackages.read(bytes, name: "x.jar", .standard)
            }
        }
    }
}
