using System.Globalization;
using StocksDapr.Sidecar.Go;

namespace StocksDapr.Sidecar.Commands.Daprd;

/// <summary>
/// A command line in the forms that daprd takes: <c>--flag value</c>, <c>--flag=value</c>, one dash or two, a bare <c>--flag</c> for true.
/// What is no flag is passed over, and everything after <c>--</c>.
/// </summary>
internal sealed class FlagValues
{
    private readonly Dictionary<string, DaprdFlag> _flags = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _given = new(StringComparer.Ordinal);

    private FlagValues(IEnumerable<DaprdFlag> flags)
    {
        foreach (var flag in flags) _flags.Add(flag.Name, flag);
    }

    /// <summary>True when the list of flags was asked for.</summary>
    public bool WantsHelp { get; private set; }

    /// <summary>The flags that were given, in the order of the list of flags.</summary>
    public IEnumerable<DaprdFlag> Given => _flags.Values.Where(flag => IsGiven(flag.Name));

    /// <exception cref="FlagException">A flag is not known, has no value, or a value of another kind.</exception>
    public static FlagValues Parse(IReadOnlyList<string> arguments, IEnumerable<DaprdFlag> flags)
    {
        var values = new FlagValues(flags);
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            if (argument == "--") break;
            if (!argument.StartsWith('-') || argument.Length == 1) continue;
            if (argument.Length == 2) throw new FlagException($"unknown shorthand flag: '{argument[1]}' in {argument}");
            var body = argument[(argument.StartsWith("--", StringComparison.Ordinal) ? 2 : 1)..];
            if (body[0] is '-' or '=') throw new FlagException($"bad flag syntax: {argument}");
            var equals = body.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? body : body[..equals];
            if (!values._flags.TryGetValue(name, out var flag))
            {
                if (name is not ("help" or "h")) throw new FlagException($"unknown flag: --{name}");
                values.WantsHelp = true;
                break;
            }

            values.Add(flag, equals >= 0 ? body[(equals + 1)..]
                : flag.Kind == FlagKind.Switch ? "true"
                : ++i < arguments.Count ? arguments[i] : throw new FlagException($"flag needs an argument: --{name}"));
        }

        return values;
    }

    public bool IsGiven(string name) => _given.ContainsKey(name);

    public string Text(string name) => _given.TryGetValue(name, out var given) ? given[^1] : _flags[name].Default;

    public bool Switch(string name) => GoBool.TryParse(Text(name), out var value) && value;

    public long Number(string name) => TryNumber(Text(name), out var number) ? number : 0;

    public TimeSpan Duration(string name) => GoDuration.TryParse(Text(name), out var duration) ? duration : TimeSpan.Zero;

    /// <summary>The values of all mentions of the flag.</summary>
    public IReadOnlyList<string> List(string name) =>
        _given.TryGetValue(name, out var given) ? [.. given.SelectMany(value => value.Split(',')).Where(value => value.Length > 0)] : [];

    private void Add(DaprdFlag flag, string value)
    {
        var problem = flag.Kind switch
        {
            FlagKind.Switch when !GoBool.TryParse(value, out _) => $"strconv.ParseBool: parsing \"{value}\": invalid syntax",
            FlagKind.Number when !TryNumber(value, out _) => $"strconv.ParseInt: parsing \"{value}\": invalid syntax",
            FlagKind.Count when !TryNumber(value, out var count) || count < 0 => $"strconv.ParseUint: parsing \"{value}\": invalid syntax",
            FlagKind.Duration when !GoDuration.TryParse(value, out _) => $"time: invalid duration \"{value}\"",
            _ => null,
        };
        if (problem is not null) throw new FlagException($"invalid argument \"{value}\" for \"--{flag.Name}\" flag: {problem}");
        if (!_given.TryGetValue(flag.Name, out var given)) _given[flag.Name] = given = [];
        given.Add(value);
    }

    private static bool TryNumber(string text, out long number) => text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
        ? long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number)
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
}

/// <summary>The command line cannot be read; the message is Go's.</summary>
internal sealed class FlagException(string message) : Exception(message);
