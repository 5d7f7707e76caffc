# The posts, drafts and documents of a site, as Jekyll places them.
require "jekyll"
require "json"

root = File.realpath(ARGV[0])
Jekyll.logger.log_level = :error
site = Jekyll::Site.new(Jekyll.configuration("source" => root, "future" => true, "plugins" => [], "quiet" => true))
site.reset
site.read
listing = {}
site.collections.each_value do |collection|
  next unless collection.write?
  collection.docs.each do |document|
    next unless document.write?
    url = "#{site.config["url"].to_s.chomp("/")}#{site.config["baseurl"]}#{document.url}"
    listing[document.path.delete_prefix("#{root}/")] = {url: url, date: document.date.iso8601}
  end
end
print JSON.generate(listing)
