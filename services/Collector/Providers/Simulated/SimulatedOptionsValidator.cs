using Microsoft.Extensions.Options;

namespace StocksDapr.Collector.Providers.Simulated;

/// <summary>Says at start everything that is wrong with the section, with the key and a value that would be right.</summary>
internal sealed class SimulatedOptionsValidator : IValidateOptions<SimulatedOptions>
{
    private const int MostYears = 15;
    private const int MostSessions = 1_000;

    public ValidateOptionsResult Validate(string? name, SimulatedOptions options)
    {
        List<string> problems = [];
        Check(options.Symbols, 1, Companies.All.Count, nameof(options.Symbols));
        Check(options.DailyYears, 1, MostYears, nameof(options.DailyYears));
        Check(options.IntradayDays, 1, MostSessions, nameof(options.IntradayDays));
        var faults = options.Faults;
        CheckProbability(faults.Gaps, nameof(faults.Gaps));
        CheckProbability(faults.Duplicates, nameof(faults.Duplicates));
        CheckProbability(faults.WrongOrder, nameof(faults.WrongOrder));
        CheckProbability(faults.Nulls, nameof(faults.Nulls));
        CheckProbability(faults.Factor100, nameof(faults.Factor100));
        CheckProbability(faults.LateCorrections, nameof(faults.LateCorrections));
        CheckProbability(faults.CrossedQuotes, nameof(faults.CrossedQuotes));
        CheckProbability(faults.StaleQuotes, nameof(faults.StaleQuotes));
        CheckProbability(faults.ZeroBids, nameof(faults.ZeroBids));
        CheckProbability(faults.RateLimits, nameof(faults.RateLimits));
        CheckProbability(faults.TimeOuts, nameof(faults.TimeOuts));
        CheckProbability(faults.BrokenJson, nameof(faults.BrokenJson));
        if (faults.CorrectedAfter < TimeSpan.Zero)
        {
            problems.Add(
                $"{SimulatedOptions.Section}:Faults:CorrectedAfter is {faults.CorrectedAfter}; it is a time that passes, such as 00:20:00.");
        }

        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);

        void Check(int value, int least, int most, string key)
        {
            if (value < least || value > most)
                problems.Add($"{SimulatedOptions.Section}:{key} is {value}; it is a number from {least} to {most}.");
        }

        void CheckProbability(double value, string key)
        {
            if (value is not (>= 0 and <= 1))
                problems.Add($"{SimulatedOptions.Section}:Faults:{key} is {value}; it is a probability from 0 to 1, such as 0.001.");
        }
    }
}
