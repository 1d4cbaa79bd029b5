// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// libFuzzer, started by hand: SwiftPM names the entry point of an executable
/// after its target, so libFuzzer's own `main` is not found.
package enum FuzzDriver {
    package typealias Arguments = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    package typealias Target = @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt

    /// Runs a target with the arguments of the process until libFuzzer ends.
    package static func run(_ count: CInt, _ arguments: Arguments, _ target: Target) -> CInt {
        var count = count
        var arguments = arguments
        return LLVMFuzzerRunDriver(&count, &arguments, target)
    }
}

/// Source: LLVM, compiler-rt/lib/fuzzer/FuzzerInterface.h, "Using libFuzzer as a
/// library".
@_silgen_name("LLVMFuzzerRunDriver")
private func LLVMFuzzerRunDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<FuzzDriver.Arguments>,
    _ target: FuzzDriver.Target
) -> CInt
