// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient
import Testing
import Vulnerabilities

@Suite("What a container has of its own")
struct ContainerLayerTests {
    private func changes(_ paths: [String], _ kind: FileChange.Kind = .added) -> [FileChange] {
        paths.map { FileChange(path: $0, kind: kind) }
    }

    @Test("files that tell of packages are known by their paths, programs by their folders")
    func sorted() {
        let layer = ContainerLayer(
            changes(
                [
                    "/var", "/var/lib", "/var/lib/dpkg", "/var/lib/dpkg/status", "/var/log/x.log",
                    "/usr/lib/python3/dist-packages/a-1.dist-info/METADATA", "/usr/local/bin/tool",
                    "/srv/app/node_modules/left-pad/package.json", "/srv/app/readme",
                    "/usr/lib/python3/dist-packages/a/b.pyc",
                ]
            ) + changes(["/etc/old", "/opt/gone.jar"], .deleted)
        )
        #expect(
            layer.files == [
                "srv/app/node_modules/left-pad/package.json",
                "usr/lib/python3/dist-packages/a-1.dist-info/METADATA", "var/lib/dpkg/status",
            ]
        )
        #expect(layer.programs == ["srv/app/readme", "usr/local/bin/tool"])
        #expect(layer.removed == ["etc/old", "opt/gone.jar"])
        #expect(layer.databases == ["var/lib/dpkg/status"])
        #expect(layer.notes == [])
    }

    @Test("what only runs has nothing of its own")
    func quiet() {
        let layer = ContainerLayer(changes(["/run", "/run/nginx.pid", "/var/cache/nginx/1/a"]))
        #expect(layer.isEmpty)
        #expect(ContainerLayer([]).isEmpty)
    }

    @Test("a folder of a telling name is no file, and the root is nothing")
    func folders() {
        let layer = ContainerLayer(changes(["/", "/opt/a.jar", "/opt/a.jar/b", ""]))
        #expect(layer.files == [])
        #expect(layer.programs == ["opt/a.jar/b"])
    }

    @Test("more files than are asked for are left out, and that is said")
    func bounded() {
        let layer = ContainerLayer(
            changes((0..<3_005).map { "/srv/node_modules/p\($0)/package.json" })
                + changes((0..<310).map { "/usr/bin/t\($0)" })
        )
        #expect(layer.files.count == 3_000)
        #expect(layer.programs.count == 300)
        #expect(
            layer.notes == [
                "5 files that tell of packages were not read: the container has too many",
                "10 programs that may hold packages were not read: the container has too many",
            ]
        )
    }
}
