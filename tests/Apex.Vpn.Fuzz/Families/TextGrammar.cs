using System.Text;
using Apex.Vpn.Fuzz.Fuzzing;

namespace Apex.Vpn.Fuzz.Families;

/// <summary>Values as configurations have them: right ones, nearly right ones, and nonsense.</summary>
internal sealed class TextGrammar(FuzzDice dice)
{
    private const int KnownKeys = 12;

    // So few keys that the same peers are made, changed and removed again and again.
    private readonly byte[][] _keys = [.. Enumerable.Range(0, KnownKeys).Select(_ => Key(dice))];

    /// <summary>Does, one time in so many, what is wrong.</summary>
    internal bool Errs => dice.OneIn(40);

    internal byte[] KnownKey() => dice.Of<byte[]>(_keys);

    internal string HexKey() => Distort(dice.OneIn(10) ? new string('0', 64) : Convert.ToHexString(KnownKey()).ToLowerInvariant());

    internal string Base64Key() => Distort(Convert.ToBase64String(KnownKey()));

    internal string Number(int most) => Distort(dice.OneIn(6) ? dice.Edge().ToString() : dice.Below(most + 1).ToString());

    internal string Address() => Distort(dice.Below(8) switch
    {
        0 => "fe80::1",
        1 => "::",
        2 => "::ffff:192.0.2.1",
        3 or 4 => $"fd00::{dice.Below(0x10000):x}:{dice.Below(16):x}",
        _ => $"10.{dice.Below(4)}.{dice.Below(256)}.{dice.Below(256)}",
    });

    internal string Prefix()
    {
        string address = Address();
        return Distort($"{address}/{dice.Below(address.Contains(':') ? 129 : 33)}");
    }

    internal string Endpoint() => Distort(dice.Below(4) switch
    {
        0 => $"[{Address()}]:{Number(65535)}",
        1 => $"[fe80::{dice.Below(256):x}%{(dice.OneIn(2) ? "lo" : Number(9))}]:{Number(65535)}",
        _ => $"192.0.2.{dice.Below(256)}:{Number(65535)}",
    });

    internal string Word() => Distort(dice.Of<string>(["vpn.example.com", "off", "auto", "true", "false", "example.org", "iptables -A FORWARD -i %i # yes", "-1", "0x10"]));

    /// <summary>Sometimes a text that is nearly the same.</summary>
    internal string Distort(string text)
    {
        if (!Errs) return text;
        var changed = new StringBuilder(text);
        switch (dice.Below(6))
        {
            case 0:
                changed.Clear();
                break;
            case 1:
                changed.Insert(dice.Below(changed.Length + 1), dice.Of<string>([" ", "\t", "\r", "\0", "-", "+", "%", "=", ",", "/", ":", "[", "]", "#", "é", "\uFEFF", "00"]));
                break;
            case 2 when changed.Length != 0:
                changed.Remove(dice.Below(changed.Length), 1);
                break;
            case 3 when changed.Length != 0:
                changed[dice.Below(changed.Length)] = (char)dice.Below(128);
                break;
            case 4:
                changed.Append(changed);
                break;
            default:
                changed.Append('9', dice.Below(300));
                break;
        }
        return changed.ToString();
    }

    private static byte[] Key(FuzzDice dice)
    {
        byte[] key = new byte[32];
        dice.Fill(key);
        return key;
    }
}
