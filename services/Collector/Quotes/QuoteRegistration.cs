namespace StocksDapr.Collector.Quotes;

internal static class QuoteRegistration
{
    private static readonly TimeSpan LongestMaxAge = TimeSpan.FromHours(1);

    /// <summary>Quotes on request, of the providers of the markets that are there.</summary>
    public static WebApplicationBuilder AddQuotes(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<QuoteOptions>()
            .Bind(builder.Configuration.GetSection(QuoteOptions.Section))
            .Validate(options => options.MaxAge >= TimeSpan.Zero && options.MaxAge <= LongestMaxAge, $"{QuoteOptions.Section}:MaxAge is 0 to an hour, such as 00:00:15.")
            .ValidateOnStart();
        builder.Services.AddSingleton<QuoteRound>();
        builder.Services.AddSingleton<QuoteDesk>();
        return builder;
    }
}
