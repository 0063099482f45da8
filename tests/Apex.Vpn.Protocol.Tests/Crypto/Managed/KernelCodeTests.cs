using System.Runtime.InteropServices;

namespace Apex.Vpn.Protocol.Tests.Crypto.Managed;

/// <summary>The compiler's listing of the kernels is read for what must not be in it.</summary>
public sealed class KernelCodeTests
{
    [OptimizedFact]
    public void The_compiler_leaves_no_calls_in_the_kernels()
    {
        // A call with vectors costs several times what the kernel does; it appears without a sign when inlining runs out of its budget.
        string[] calls = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? [" bl ", " blr "] : [" call "];
        Dictionary<string, string[]> listing = KernelListing.Load();
        Assert.Equal(KernelListing.Kernels.Order(), listing.Keys.Order());
        foreach ((string kernel, string[] lines) in listing)
        {
            if (kernel.StartsWith("Poly1305State:", StringComparison.Ordinal)) continue; // no vectors to pass
            Assert.DoesNotContain(lines, line =>
                calls.Any(call => line.Contains(call, StringComparison.Ordinal))
                && !line.Contains("CORINFO_HELP_RNGCHKFAIL", StringComparison.Ordinal));
            Assert.True(lines.Length > 50, kernel);
        }
    }

    [OptimizedFact]
    public void No_jump_and_no_address_in_the_kernels_depends_on_a_secret()
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64) return; // the reader knows this one language
        Dictionary<string, string[]> listing = KernelListing.Load();
        Assert.Equal(KernelListing.Kernels.Order(), listing.Keys.Order());
        Assert.All(listing, static kernel => Assert.Empty(SecretFlow.Leaks(kernel.Value)));
    }

    [OptimizedFact]
    public void In_what_the_compiler_makes_of_a_leaky_kernel_the_leak_is_found()
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64) return;
        Dictionary<string, string[]> listing = KernelListing.Load(LeakyKernels.Names);
        Assert.Equal(LeakyKernels.Names.Order(), listing.Keys.Order());
        Assert.All(listing, static kernel => Assert.NotEmpty(SecretFlow.Leaks(kernel.Value)));
    }

    [Theory]
    [InlineData("cmp r9, qword ptr [rsi] | jl SHORT G_M000_IG02", "jl SHORT G_M000_IG02")]
    [InlineData("mov rax, qword ptr [rsi] | add rax, rcx | mov edx, dword ptr [rdi+rax]", "mov edx, dword ptr [rdi+rax]")]
    [InlineData("vmovd eax, xmm3 | test eax, eax | je G_M000_IG02", "je G_M000_IG02")]
    [InlineData("vptest ymm1, ymm1 | jne G_M000_IG02", "jne G_M000_IG02")]
    [InlineData("vmovups ymmword ptr [rbp-0x40], ymm0 | mov r8, qword ptr [rbp-0x30] | cmp r8, 5 | ja G_M000_IG02", "ja G_M000_IG02")]
    [InlineData("movzx rax, byte ptr [rsi] | lea rcx, [rax+rax] | test rcx, 1 | jne G_M000_IG02", "jne G_M000_IG02")]
    [InlineData("mov rdx, qword ptr [rsi] | mulx rax, rcx, r8 | mov al, byte ptr [rdi+rcx]", "mov al, byte ptr [rdi+rcx]")]
    public void A_secret_that_decides_is_found(string code, string leak) =>
        Assert.Equal([leak], SecretFlow.Leaks(["G_M000_IG01:", .. code.Split(" | "), "G_M000_IG02:", "ret"]));

    [Theory]
    [InlineData("mov ecx, dword ptr [rsi] | cmp ecx, edx | jl G_M000_IG02")]
    [InlineData("mov rax, qword ptr [rsi] | add rax, rcx | setb al | movzx rax, al | xor rax, rax | cmp rax, 1 | jl G_M000_IG02")]
    [InlineData("mov rax, bword ptr [rsi] | vmovups zmm0, zmmword ptr [rax+8*rcx]")]
    [InlineData("mov qword ptr [rbp-0x40], rdx | mov rcx, qword ptr [rbp-0x40] | cmp rcx, 5 | ja G_M000_IG02")]
    public void What_is_public_may_decide(string code) =>
        Assert.Empty(SecretFlow.Leaks(["G_M000_IG01:", .. code.Split(" | "), "G_M000_IG02:", "ret"]));

    [Fact]
    public void A_secret_that_comes_round_a_loop_is_found()
    {
        string[] loop =
        [
            "G_M000_IG01:", "xor rax, rax", "G_M000_IG02:", "cmp rax, 7", "je G_M000_IG03", "mov rax, qword ptr [rsi]", "jmp G_M000_IG02",
            "G_M000_IG03:", "ret",
        ];
        Assert.Equal(["je G_M000_IG03"], SecretFlow.Leaks(loop));
    }
}
