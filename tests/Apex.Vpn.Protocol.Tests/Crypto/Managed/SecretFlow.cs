using System.Globalization;
using System.Text.RegularExpressions;

namespace Apex.Vpn.Protocol.Tests.Crypto.Managed;

/// <summary>
/// Follows secrets through one method of the compiler's listing for x64, over all its paths, and names the instructions that let them
/// decide: conditional jumps on flags that a secret made, and addresses that a secret went into.
/// </summary>
/// <remarks>
/// Secret is what lies in a vector register, or comes out of memory as bytes or 64-bit words: that is how the kernels read keys and data.
/// Public are parameters, references, and what comes out of memory as 32-bit numbers: lengths, offsets and counts. Places on the stack are
/// as secret as what was put there. What is computed from a secret is secret.
/// </remarks>
internal sealed partial class SecretFlow
{
    private const string Flags = "flags";

    private static readonly Dictionary<string, string> Registers = NamesOfRegisters();

    private readonly Dictionary<string, List<string>> _blocks = [];
    private readonly Dictionary<string, string> _next = [];
    private readonly Dictionary<string, HashSet<string>> _secretAtStart = [];
    private readonly SortedSet<string> _leaks = [];

    private SecretFlow(IEnumerable<string> lines)
    {
        string block = "";
        foreach (string line in lines.Select(static line => line.Split(';')[0].Trim()).Where(static line => line.Length > 0))
        {
            if (line.EndsWith(':'))
            {
                if (block.Length > 0) _next[block] = line[..^1];
                block = line[..^1];
                _blocks[block] = [];
            }
            else if (block.Length > 0)
            {
                _blocks[block].Add(line);
            }
        }
    }

    /// <summary>The instructions of a method that let a secret decide.</summary>
    internal static IReadOnlyCollection<string> Leaks(IEnumerable<string> lines)
    {
        var flow = new SecretFlow(lines);
        var changed = new Queue<string>();
        flow.Enter(flow._blocks.Keys.First(), [], changed);
        while (changed.TryDequeue(out string? block)) flow.Follow(block, changed);
        return flow._leaks;
    }

    private void Enter(string block, IEnumerable<string> secret, Queue<string> changed)
    {
        bool isNew = _secretAtStart.TryAdd(block, []);
        int before = _secretAtStart[block].Count;
        _secretAtStart[block].UnionWith(secret);
        if (isNew || _secretAtStart[block].Count > before) changed.Enqueue(block);
    }

    private void Follow(string block, Queue<string> changed)
    {
        HashSet<string> secret = [.. _secretAtStart[block]];
        foreach (string line in _blocks[block])
        {
            int space = line.IndexOf(' ', StringComparison.Ordinal);
            string name = space < 0 ? line : line[..space];
            string[] operands = space < 0 ? [] : line[space..].Split(',', StringSplitOptions.TrimEntries);
            if (name[0] == 'j')
            {
                if (name != "jmp" && secret.Contains(Flags)) _leaks.Add(line);
                Enter(operands[0].Split(' ')[^1], secret, changed);
                if (name == "jmp") return;
                continue;
            }
            if (name is "ret" or "int3") return;
            if (name != "lea" && operands.Any(operand => AddressRegisters(operand).Any(secret.Contains))) _leaks.Add(line);
            Execute(name, operands, secret);
        }
        if (_next.TryGetValue(block, out string? next)) Enter(next, secret, changed);
    }

    private static void Execute(string name, string[] operands, HashSet<string> secret)
    {
        bool IsSecretOperand(string operand) => IsSecret(operand, secret);
        switch (name)
        {
            case "push" or "nop" or "align" or "vzeroupper":
                return;
            case "pop":
                Set(operands[0], false, secret);
                return;
            case "call":
                Set("rax", true, secret);
                Set("rdx", true, secret);
                return;
            case "lea":
                Set(operands[0], AddressRegisters(operands[1]).Any(secret.Contains), secret);
                return;
            case "cdqe":
                return;
            case "mulx":
                bool product = secret.Contains("rdx") || IsSecretOperand(operands[2]);
                Set(operands[0], product, secret);
                Set(operands[1], product, secret);
                return;
            case "cmp" or "test" or "bt" or "vptest" or "kortestb" or "kortestw" or "kortestd" or "kortestq":
                SetFlags(operands.Any(IsSecretOperand), secret);
                return;
        }
        if (name.StartsWith("set", StringComparison.Ordinal))
        {
            Set(operands[0], secret.Contains(Flags), secret);
            return;
        }
        bool replaces = name[0] is 'v' or 'k'
            || name.StartsWith("mov", StringComparison.Ordinal)
            || name is "shlx" or "shrx" or "rorx" or "andn";
        bool isZeroing = name is "xor" && operands[0] == operands[1];
        bool readsFlags = name is "adc" or "sbb" || name.StartsWith("cmov", StringComparison.Ordinal);
        bool result = !isZeroing
            && (operands.Skip(replaces ? 1 : 0).Any(IsSecretOperand) || (readsFlags && secret.Contains(Flags)));
        Set(operands[0], result, secret);
        if (operands.Length == 1 && name is "mul" or "imul") throw new NotSupportedException(name);
        if (!replaces && !readsFlags) SetFlags(result, secret);
    }

    private static bool IsSecret(string operand, HashSet<string> secret)
    {
        if (!operand.Contains('[', StringComparison.Ordinal))
        {
            return VectorRegister().IsMatch(operand) || (Registers.TryGetValue(operand, out string? register) && secret.Contains(register));
        }
        if (operand.Contains("reloc", StringComparison.Ordinal)) return false;
        if (StackSlots(operand) is { Length: > 0 } slots) return slots.Any(secret.Contains);
        return !operand.StartsWith("dword", StringComparison.Ordinal)
            && !operand.StartsWith("bword", StringComparison.Ordinal)
            && !operand.StartsWith("gword", StringComparison.Ordinal);
    }

    private static void Set(string operand, bool isSecret, HashSet<string> secret)
    {
        string[] places = operand.Contains('[', StringComparison.Ordinal)
            ? StackSlots(operand)
            : Registers.TryGetValue(operand, out string? register) ? [register] : [];
        foreach (string place in places)
        {
            if (isSecret) secret.Add(place);
            else secret.Remove(place);
        }
    }

    private static void SetFlags(bool isSecret, HashSet<string> secret)
    {
        if (isSecret) secret.Add(Flags);
        else secret.Remove(Flags);
    }

    private static IEnumerable<string> AddressRegisters(string operand)
    {
        int start = operand.IndexOf('[', StringComparison.Ordinal);
        if (start < 0) return [];
        return operand[(start + 1)..].Split('[', ']', '+', '-', '*').Where(Registers.ContainsKey).Select(static name => Registers[name]);
    }

    // The words of the stack that an operand covers, from its size and its distance to the frame.
    private static string[] StackSlots(string operand)
    {
        Match match = StackOperand().Match(operand);
        if (!match.Success) return [];
        int size = match.Groups["size"].Value switch { "xmm" => 16, "ymm" => 32, "zmm" => 64, _ => 8 };
        int start = int.Parse(match.Groups["offset"].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        if (match.Groups["sign"].Value == "-") start = -start;
        return [.. Enumerable.Range(0, size / 8).Select(word => $"{match.Groups["base"].Value}{start + (8 * word):+#;-#;+0}")];
    }

    private static Dictionary<string, string> NamesOfRegisters()
    {
        var names = new Dictionary<string, string>();
        foreach (string x in (string[])["a", "b", "c", "d"])
        {
            foreach (string name in (string[])[$"r{x}x", $"e{x}x", $"{x}x", $"{x}l", $"{x}h"]) names[name] = $"r{x}x";
        }
        foreach (string x in (string[])["si", "di", "bp", "sp"])
        {
            foreach (string name in (string[])[$"r{x}", $"e{x}", x, $"{x}l"]) names[name] = $"r{x}";
        }
        for (int i = 8; i < 16; i++)
        {
            foreach (string suffix in (string[])["", "d", "w", "b"]) names[$"r{i}{suffix}"] = $"r{i}";
        }
        return names;
    }

    [GeneratedRegex("^([xyz]mm[0-9]+|k[0-7])")]
    private static partial Regex VectorRegister();

    [GeneratedRegex("^(?<size>[a-z]+?)(word)? +ptr \\[(?<base>rbp|rsp)(?<sign>[+-])0x(?<offset>[0-9A-F]+)\\]$")]
    private static partial Regex StackOperand();
}
