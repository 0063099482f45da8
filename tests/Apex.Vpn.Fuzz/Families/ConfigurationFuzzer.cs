using System.Text;
using Apex.Vpn.Fuzz.Fuzzing;
using Apex.Vpn.Protocol.Configuration;

namespace Apex.Vpn.Fuzz.Families;

/// <summary>Texts for wg-quick, from a grammar and then damaged: either errors that name a place in the text, or a configuration that writes and reads again.</summary>
internal sealed class ConfigurationFuzzer : Fuzzer
{
    private readonly FuzzDice _dice;
    private readonly TextGrammar _grammar;
    private readonly char[] _written = new char[64 << 10];
    private string _text = "";
    private long _good;

    internal ConfigurationFuzzer(ulong seed)
    {
        _dice = new FuzzDice(seed);
        _grammar = new TextGrammar(_dice);
    }

    internal override string LastInput => _text;

    internal override void Feed()
    {
        var text = new StringBuilder();
        AddInterface(text);
        for (int peers = _dice.Below(4); peers > 0; peers--) AddPeer(text);
        char[] characters = text.ToString().ToCharArray();
        if (_dice.OneIn(8) && characters.Length != 0)
        {
            for (int i = _dice.Below(4); i >= 0; i--) characters[_dice.Below(characters.Length)] = (char)_dice.Edge();
        }
        _text = new string(characters);
        if (!WireGuardConfiguration.TryParse(_text, out WireGuardConfiguration? configuration, out IReadOnlyList<ConfigurationError> errors))
        {
            int lines = _text.Count(static character => character == '\n') + 1;
            FuzzException.Require(errors.Count is > 0 and <= 100, "There is neither a configuration nor an error.");
            FuzzException.Require(errors.All(error => error.Line >= 1 && error.Line <= lines && error.Column >= 1), "An error lies outside of the text.");
            return;
        }
        using (configuration) CheckRoundTrip(configuration);
        _good++;
    }

    internal override void Check()
    {
    }

    public override void Dispose()
    {
    }

    internal override void Finish(FuzzTally tally) => tally.Add("configurations without an error", _good);

    private void CheckRoundTrip(WireGuardConfiguration configuration)
    {
        FuzzException.Require(configuration.TryWrite(_written, out int length), "The configuration is too long.");
        bool parsed = WireGuardConfiguration.TryParse(_written.AsSpan(0, length), out WireGuardConfiguration? again, out IReadOnlyList<ConfigurationError> errors);
        FuzzException.Require(parsed, $"What was written is not read: {string.Join("; ", errors)}\n{_written.AsSpan(0, length)}");
        using (again) FuzzException.Require(configuration.ContentEquals(again), $"What was written is read as something else:\n{_written.AsSpan(0, length)}");
    }

    private void AddInterface(StringBuilder text)
    {
        Line(text, "[Interface]");
        if (!_grammar.Errs) Line(text, "PrivateKey = " + _grammar.Base64Key());
        for (int lines = _dice.Below(8); lines > 0; lines--)
        {
            Line(text, _dice.Below(12) switch
            {
                0 => "ListenPort = " + _grammar.Number(65535),
                1 => "FwMark = " + (_dice.OneIn(3) ? "off" : _grammar.Number(int.MaxValue)),
                2 => "DNS = " + (_dice.OneIn(2) ? _grammar.Address() : _grammar.Word()),
                3 => "MTU = " + _grammar.Number(9000),
                4 => "Table = " + (_dice.OneIn(2) ? _grammar.Word() : _grammar.Number(300)),
                5 => _dice.Of<string>(["PreUp", "PostUp", "PreDown", "PostDown"]) + " = " + _grammar.Word(),
                6 => "SaveConfig = " + _grammar.Word(),
                7 => "# a comment = " + _grammar.Word(),
                _ => "Address = " + List(),
            });
        }
    }

    private void AddPeer(StringBuilder text)
    {
        Line(text, "[Peer]");
        if (!_grammar.Errs) Line(text, "PublicKey = " + _grammar.Base64Key());
        for (int lines = _dice.Below(5); lines > 0; lines--)
        {
            Line(text, _dice.Below(6) switch
            {
                0 => "PresharedKey = " + _grammar.Base64Key(),
                1 => "Endpoint = " + (_dice.OneIn(2) ? _grammar.Endpoint() : _grammar.Word() + ":" + _grammar.Number(65535)),
                2 => "PersistentKeepalive = " + (_dice.OneIn(4) ? "off" : _grammar.Number(65535)),
                _ => "AllowedIPs = " + List(),
            });
        }
    }

    private string List() => string.Join(_dice.OneIn(2) ? ", " : ",", Enumerable.Range(0, _dice.Below(4)).Select(_ => _grammar.Prefix()));

    private void Line(StringBuilder text, string line)
    {
        string distorted = _grammar.Distort(line);
        if (_dice.OneIn(30)) distorted = distorted.ToUpperInvariant();
        if (_dice.OneIn(30)) distorted = "  " + distorted + "\t# " + _grammar.Word();
        text.Append(distorted).Append(_dice.OneIn(50) ? "\r\n" : "\n");
    }
}
