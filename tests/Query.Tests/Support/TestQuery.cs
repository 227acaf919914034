using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using StocksDapr.Query.Bars.Caching;
using StocksDapr.Support;

namespace StocksDapr.Query.Tests.Support;

/// <summary>The service itself, on a port of the system's choice, before a database of its own.</summary>
internal sealed class TestQuery : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestQuery(WebApplication app, HttpClient client) => (_app, Client) = (app, client);

    public HttpClient Client { get; }

    public BarCache Cache => _app.Services.GetRequiredService<BarCache>();

    public T Service<T>() where T : notnull => _app.Services.GetRequiredService<T>();

    /// <param name="settings">Configuration, such as <c>("Query:CacheMebibytes", "0")</c>.</param>
    public static async Task<TestQuery> StartAsync(string connectionString, TimeProvider? time = null, params (string Key, string Value)[] settings)
    {
        var app = QueryService.Build([], builder =>
        {
            builder.Configuration.AddInMemoryCollection(
            [
                new("Secrets:STOCKS_POSTGRES", connectionString), new("urls", "http://127.0.0.1:0"),
                .. settings.Select(setting => new KeyValuePair<string, string?>(setting.Key, setting.Value)),
            ]);
            if (time is not null)
                builder.Services.AddSingleton(time);
        });
        await app.StartAsync();
        return new TestQuery(app, new HttpClient { BaseAddress = new Uri(app.Urls.Single()) });
    }

    /// <summary>Starts it and waits until the cache is on.</summary>
    public static async Task<TestQuery> StartAsync(TestMarket market, params (string Key, string Value)[] settings)
    {
        var query = await StartAsync(market.ConnectionString, null, settings);
        await Eventually.BeTrueAsync(() => query.Cache.IsOn);
        return query;
    }

    /// <summary>Asks for what must be there.</summary>
    public async Task<JsonNode> GetAsync(string path)
    {
        using var answer = await Client.GetAsync(path);
        var text = await answer.Content.ReadAsStringAsync();
        answer.IsSuccessStatusCode.Should().BeTrue($"{path} answered {(int)answer.StatusCode} {text}");
        return JsonNode.Parse(text)!;
    }

    /// <summary>Asks for what must be refused.</summary>
    public async Task<JsonNode> GetProblemAsync(string path, int status)
    {
        using var answer = await Client.GetAsync(path);
        var text = await answer.Content.ReadAsStringAsync();
        ((int)answer.StatusCode).Should().Be(status, text);
        answer.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        var problem = JsonNode.Parse(text)!;
        problem["status"]!.GetValue<int>().Should().Be(status);
        problem["code"]!.GetValue<string>().Should().NotBeEmpty();
        problem["requestId"]!.GetValue<string>().Should().NotBeEmpty();
        return problem;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
