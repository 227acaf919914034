using System.Text;
using System.Text.Json;
using StocksDapr.Sidecar.Resources;

namespace StocksDapr.Sidecar.Bindings;

public sealed class LocalStorageBindingTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LocalStorageBinding _binding;

    public LocalStorageBindingTests() => _binding = new LocalStorageBinding(Root);

    private string Root => Path.Combine(_folder.Path, "root");

    public Task InitializeAsync() => _binding.InitAsync(default);

    public Task DisposeAsync() => _binding.DisposeAsync().AsTask();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("\"some text\"", "some text")]
    [InlineData("\"dGhlIHRleHQ=\"", "the text")]
    [InlineData("\"line\\nbreak\"", "line\nbreak")]
    [InlineData("{\"a\":1}", "{\"a\":1}")]
    [InlineData("\"\"", "")]
    public async Task Text_loses_its_quotes_and_base64_is_decoded(string data, string expected)
    {
        var answer = await InvokeAsync("create", "inner/a.txt", data);
        answer.Should().Be("""{"fileName":"inner/a.txt"}""");
        (await File.ReadAllTextAsync(Path.Combine(Root, "inner", "a.txt"))).Should().Be(expected);
        (await InvokeAsync("get", "/inner/a.txt")).Should().Be(expected);
    }

    [Fact]
    public async Task Without_a_name_a_file_gets_a_new_one()
    {
        var name = JsonDocument.Parse((await InvokeAsync("create", null, "\"x!\""))!).RootElement.GetProperty("fileName").GetString();
        Guid.TryParse(name, out _).Should().BeTrue();
        (await InvokeAsync("get", name)).Should().Be("x!");
    }

    [Fact]
    public async Task Files_are_listed_with_their_whole_paths_and_deleted()
    {
        (await InvokeAsync("list", null)).Should().Be("null");
        foreach (var name in (string[])["b.txt", "a/2.txt", "a/1.txt"]) await InvokeAsync("create", name, "\"x!\"");
        JsonSerializer.Deserialize<string[]>((await InvokeAsync("list", ""))!).Should().Equal(
            Path.Combine(Root, "a", "1.txt"), Path.Combine(Root, "a", "2.txt"), Path.Combine(Root, "b.txt"));
        JsonSerializer.Deserialize<string[]>((await InvokeAsync("list", "a"))!).Should().HaveCount(2);
        (await InvokeAsync("delete", "a/1.txt")).Should().BeNull("there is nothing to answer");
        (await InvokeAsync("list", "a"))!.Should().NotContain("1.txt");
    }

    [Theory]
    [InlineData("get", "nothing", "file not found: *")]
    [InlineData("get", "", "*is a directory")]
    [InlineData("delete", "nothing", "error deleting file *")]
    [InlineData("delete", "", "error deleting file *")]
    [InlineData("delete", "folder", "error with file *")]
    [InlineData("list", "nothing", "error getting stats for path *")]
    [InlineData("list", "folder/file", "unable to list files *")]
    [InlineData("create", "folder", "error with file *")]
    [InlineData("create", "folder/file/below", "error with file *")]
    public async Task What_cannot_be_done_is_said(string operation, string name, string expected)
    {
        await InvokeAsync("create", "folder/file", "\"x!\"");
        await Fails(operation, name, expected);
        Directory.Exists(Root).Should().BeTrue();
    }

    [Theory]
    [InlineData("../outside", "outside")]
    [InlineData("/../outside", "outside")]
    [InlineData("a/../../b/./c", "b/c")]
    [InlineData("up/x", "x")]
    [InlineData("folder/away/x", "x")]
    public async Task Nothing_leads_above_the_folder(string name, string expected)
    {
        Directory.CreateDirectory(Path.Combine(Root, "folder"));
        Directory.CreateSymbolicLink(Path.Combine(Root, "up"), "../..");
        Directory.CreateSymbolicLink(Path.Combine(Root, "folder", "away"), "/");

        (await InvokeAsync("create", name, "\"x!\"")).Should().Be($$"""{"fileName":"{{expected}}"}""");

        (await File.ReadAllTextAsync(Path.Combine(Root, expected))).Should().Be("x!");
        Directory.GetFileSystemEntries(_folder.Path).Should().ContainSingle();
    }

    [Fact]
    public async Task Links_within_the_folder_are_followed_as_if_it_were_the_root()
    {
        await InvokeAsync("create", "real/a", "\"x!\"");
        Directory.CreateSymbolicLink(Path.Combine(Root, "alias"), "real");
        Directory.CreateSymbolicLink(Path.Combine(Root, "absolute"), "/real");
        File.CreateSymbolicLink(Path.Combine(Root, "circle"), "circle");

        (await InvokeAsync("get", "alias/a")).Should().Be("x!");
        (await InvokeAsync("get", "absolute/a")).Should().Be("x!");
        await Fails("get", "circle", "error getting absolute path for file circle*");
        await Fails("get", "a\0b", "error getting absolute path for file *");
    }

    [Theory]
    [InlineData("/proc/self")]
    [InlineData("/sys")]
    [InlineData("/boot/x")]
    [InlineData("/var/run/secrets/x")]
    public async Task Some_places_are_no_places_for_files(string root)
    {
        var act = () => new LocalStorageBinding(root).InitAsync(default);
        await act.Should().ThrowAsync<ComponentMetadataException>().WithMessage("metadata 'rootPath' is *no files may be kept");
    }

    [Fact]
    public async Task A_root_that_is_a_file_or_missing_is_refused()
    {
        var file = _folder.Write("file", "");
        var act = () => new LocalStorageBinding(file).InitAsync(default);
        await act.Should().ThrowAsync<ComponentMetadataException>();
        var create = () => LocalStorageBinding.Create(SidecarContexts.Spec("bindings.localstorage", new Dictionary<string, string>()));
        create.Should().Throw<ComponentMetadataException>().WithMessage("metadata 'rootPath' must not be empty*");
    }

    private async Task<string?> InvokeAsync(string operation, string? name, string data = "null")
    {
        var metadata = name is null ? [] : new Dictionary<string, string> { ["fileName"] = name };
        var answer = await _binding.InvokeAsync(new BindingRequest(operation, Encoding.UTF8.GetBytes(data), metadata), default);
        return answer is null ? null : Encoding.UTF8.GetString(answer.Data.Span);
    }

    private async Task Fails(string operation, string name, string expected)
    {
        var act = () => InvokeAsync(operation, name, "\"x!\"");
        await act.Should().ThrowAsync<BindingException>().WithMessage(expected);
    }
}
