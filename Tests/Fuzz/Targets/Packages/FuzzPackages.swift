// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import FuzzSupport
import Vulnerabilities

/// Package databases of all kinds, and two versions of all schemes.
@_cdecl("LLVMFuzzerTestOneInput")
package func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = FuzzInput.bytes(start, count)
    for file in files {
        // What is damaged is refused.
        let packages = (try? file.packages(bytes, name: "x.jar", .standard)) ?? []
        for package in packages.prefix(100) { _ = package.purl(nil) }
    }
    _ = LayerInventory(bytes: bytes)
    _ = FindingHistory(bytes: bytes)
    let parts = FuzzInput.parts(bytes, count: 2).map { String(decoding: $0, as: UTF8.self) }
    for scheme in VersionScheme.allCases {
        let order = scheme.compare(parts[0], parts[1])?.signum()
        let reverse = scheme.compare(parts[1], parts[0])?.signum()
        precondition(order == reverse.map { -$0 }, "\(scheme) has two orders")
    }
    return 0
}

private let files: [PackageFile] = [
    .debian, .alpine, .rpm, .python, .node, .composer, .nuget, .gem, .java, .executable,
]

@_cdecl("FuzzPackages_main")
package func start(_ count: CInt, _ arguments: FuzzDriver.Arguments) -> CInt {
    FuzzDriver.run(count, arguments, fuzz)
}
